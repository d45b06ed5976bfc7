import type { App, Provides } from './app.ts'
import { connectionString } from './connection.ts'

/** Of an app, all that an address takes. */
type Ports = { readonly network: Pick<App['network'], 'ports'> }

/** Host and port within the cluster where a deployment offers something. */
export function authorityOf(
  app: Ports,
  { port }: Provides,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  return `${name}.${namespace}.svc:${app.network.ports[port]}`
}

/** The address of what a deployment offers, as whoever is bound to it gets it. */
export function addressOf(
  app: Ports,
  offer: Provides,
  target: { readonly namespace: string; readonly name: string },
): string {
  const authority = authorityOf(app, offer, target)
  return offer.connection
    ? connectionString(offer.connection, authority)
    : `http://${authority}${offer.path}`
}
