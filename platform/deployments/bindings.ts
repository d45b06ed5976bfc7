import type { Binding } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { AppData, Bound } from '#kit/app.ts'
import { connectionString } from '#kit/connection.ts'
import { addressOf, authorityOf } from '#kit/offer.ts'
import { resolveAddress } from './bound-address.ts'
import { offeredPorts, type Peer } from './network-policy.ts'
import type { FindProvider, Provider } from './providers.ts'

/** How the needs of an app are met: what it is told, whom it may call, and which credentials it gets. */
export type ResolvedBindings = {
  readonly bound: Record<string, Bound>
  readonly peers: readonly Peer[]
  /** By secret key `<need>.key`. */
  readonly keys: Record<string, string>
  /** What a revision keeps: the request without secret values. */
  readonly kept: Record<string, unknown>
  readonly violations: readonly Violation[]
  /** The deployments among them, and where they run. */
  readonly beside: readonly { readonly target: string; readonly clusters: readonly string[] }[]
}

type Resolution =
  | {
      bound: Bound
      peers: readonly Peer[]
      key?: string
      kept: unknown
      clusters?: readonly string[]
    }
  | { violation: Text }

/** The bindings that are in force, as a revision keeps them, and their credentials by secret key. */
export type CurrentBindings = {
  readonly bindings: Readonly<Record<string, unknown>>
  readonly values: Readonly<Record<string, string>>
}

/**
 * Resolves each need by the requested binding: another deployment of the actor's, or an address. `clusters` are those that are
 * settled already; where none is, what it is bound to decides about that. With `rendered` for objects that are there already:
 * where the app of a deployment is unusable, what these hold of it stays as it is.
 */
export async function resolveBindings(
  find: FindProvider,
  app: AppData,
  requested: Readonly<Record<string, Binding>>,
  current: CurrentBindings,
  { clusters, rendered }: { readonly clusters: readonly string[]; readonly rendered: boolean },
): Promise<ResolvedBindings> {
  const result = {
    bound: {} as Record<string, Bound>,
    peers: [] as Peer[],
    keys: {} as Record<string, string>,
    kept: {} as Record<string, unknown>,
    violations: [] as Violation[],
    beside: [] as { target: string; clusters: readonly string[] }[],
  }
  for (const name of Object.keys(requested))
    if (!app.needs.some(need => need.name === name))
      result.violations.push({
        pointer: `/bindings/${name}`,
        detail: {
          en: `${app.name} has no need of this name`,
          nl: `${app.name} heeft geen behoefte met deze naam`,
        },
      })
  for (const need of app.needs) {
    const binding = requested[need.name]
    const pointer = `/bindings/${need.name}`
    if (binding === undefined) {
      if (!need.optional)
        result.violations.push({
          pointer,
          detail: {
            en: `${app.name} needs something that offers ${need.capability}: name a deployment ("namespace/name") or an address ({"url": "…"})`,
            nl: `${app.name} heeft iets nodig dat ${need.capability} biedt: noem een uitrol ("namespace/naam") of een adres ({"url": "…"})`,
          },
        })
      continue
    }
    const keyName = `${need.name}.key`
    const resolved: Resolution =
      typeof binding === 'string'
        ? await toDeployment(find, binding, need.capability, keyName, {
            clusters,
            ...(rendered ? { key: current.values[keyName] } : {}),
          })
        : resolveAddress(binding, need.capability, keyName, {
            binding: current.bindings[need.name],
            key: current.values[keyName],
          })
    if ('violation' in resolved) {
      result.violations.push({ pointer, detail: resolved.violation })
      continue
    }
    result.bound[need.name] = resolved.bound
    result.peers.push(...resolved.peers)
    result.kept[need.name] = resolved.kept
    if (typeof binding === 'string' && resolved.clusters)
      result.beside.push({ target: binding, clusters: resolved.clusters })
    if (resolved.key !== undefined) result.keys[keyName] = resolved.key
  }
  return result
}

async function toDeployment(
  find: FindProvider,
  target: string,
  capability: string,
  keyName: string,
  of: { readonly clusters: readonly string[]; readonly key?: string | undefined },
): Promise<Resolution> {
  const [namespace = '', name = ''] = target.split('/')
  const found = await find(target)
  if (!found)
    return {
      violation: {
        en: `there is no deployment ${target} that you may use`,
        nl: `er is geen uitrol ${target} die je mag gebruiken`,
      },
    }
  if (found.leaving)
    return {
      violation: {
        en: `${target} is being deleted`,
        nl: `${target} wordt verwijderd`,
      },
    }
  const away = of.clusters.find(cluster => !found.clusters.includes(cluster))
  if (away)
    return {
      violation: {
        en: `${target} runs on ${found.clusters.join(', ')} and cannot be reached from ${away}: choose one on ${away}, or deploy there`,
        nl: `${target} draait op ${found.clusters.join(', ')} en is niet bereikbaar vanaf ${away}: kies er een op ${away}, of rol daar uit`,
      },
    }
  const provider = found.app
  if (provider === 'unusable') return 'key' in of ? asItIs(found, target, of.key) : unusable(target)
  const offer = provider.provides.find(one => one.capability === capability)
  if (!offer)
    return {
      violation: {
        en: `${target} (${provider.name}) does not offer ${capability}`,
        nl: `${target} (${provider.name}) biedt geen ${capability}`,
      },
    }
  const port = provider.network.ports[offer.port]
  if (port === undefined)
    return {
      violation: {
        en: `${provider.name} declares no port ${offer.port}`,
        nl: `${provider.name} noemt geen poort ${offer.port}`,
      },
    }
  const at = { namespace, name }
  const secret = offer.secret ? await found.secret(offer.secret) : undefined
  const key =
    offer.connection && secret !== undefined
      ? connectionString(offer.connection, authorityOf(provider, offer, at), secret)
      : secret
  return {
    bound: {
      url: addressOf(provider, offer, at),
      ...(key === undefined ? {} : { key: { secretKey: keyName } }),
    },
    peers: offeredPorts(offer).flatMap(name => {
      const port = provider.network.ports[name]
      return port === undefined ? [] : { type: 'deployment', id: found.id, namespace, port }
    }),
    ...(key === undefined ? {} : { key }),
    kept: target,
    clusters: found.clusters,
  }
}

/** Port 0: what may be called stands in the objects; only whose it is is compared. */
function asItIs({ id, clusters }: Provider, target: string, key: string | undefined): Resolution {
  const [namespace = ''] = target.split('/')
  return {
    bound: { url: '' },
    peers: [{ type: 'deployment', id, namespace, port: 0 }],
    ...(key === undefined ? {} : { key }),
    kept: target,
    clusters,
  }
}

function unusable(target: string): Resolution {
  return {
    violation: {
      en: `${target} runs an app that was added under earlier rules and breaks those of today, so what it offers is not known: replace that app (kade apps add), or bind something else`,
      nl: `${target} draait een app die onder eerdere regels is toegevoegd en niet aan die van nu voldoet, dus wat hij biedt is niet bekend: vervang die app (kade apps add), of koppel iets anders`,
    },
  }
}
