import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { buildConnector } from 'undici'
import { type Allowed, isAllowed, reachOf } from './allowed.ts'
import { faultOf } from './faults.ts'

/** The addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** As the system resolves names, `/etc/hosts` and search domains included. */
export const systemResolve: Resolve = async host =>
  (await lookup(host, { all: true })).map(({ address }) => address)

const CONNECT_MS = 5_000

/**
 * The addresses to which a connection may be made, looked up once. One forbidden address among several refuses the name: which
 * of them a client takes is chance. Throws `OutgoingError`.
 */
export async function checkedAddresses(
  { protocol, hostname, port }: { protocol: string; hostname: string; port: string },
  allowed: Allowed,
  resolve: Resolve,
): Promise<readonly string[]> {
  // `URL` writes IPv6 in brackets, and every form of an IPv4 address (0x7f.1, 2130706433) as four numbers.
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const addresses = isIP(host) ? [host] : await resolved(host, resolve)
  const to = Number(port) || (protocol === 'https:' ? 443 : 80)
  for (const address of addresses) {
    if (isAllowed(allowed, host, address, to)) continue
    if (reachOf(address) !== 'internet') throw faultOf('address-refused', host)
    if (protocol !== 'https:') throw faultOf('not-encrypted', host)
  }
  return addresses
}

async function resolved(host: string, resolve: Resolve): Promise<readonly string[]> {
  const addresses = await resolve(host).catch(cause => {
    throw faultOf('unresolvable', host, cause)
  })
  if (addresses.length === 0) throw faultOf('unresolvable', host)
  return addresses
}

/**
 * Connects to exactly the addresses that were checked, so that a name which means another address a moment later (DNS
 * rebinding) leads nowhere else. The certificate is still held against the name.
 */
export function checkedConnector(
  allowed: Allowed,
  resolve: Resolve,
  authorities?: string,
): buildConnector.connector {
  const ca = authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }
  return (options, callback) => {
    checkedAddresses(options, allowed, resolve).then(
      addresses => pinned(addresses, ca)(options, callback),
      (error: Error) => callback(error, null),
    )
  }
}

function pinned(addresses: readonly string[], ca: { ca?: string[] }): buildConnector.connector {
  const found = addresses.map(address => ({ address, family: isIP(address) }))
  return buildConnector({
    ...ca,
    allowH2: false,
    timeout: CONNECT_MS,
    lookup: (_host, { all }, answer) => {
      if (all) answer(null, found)
      else answer(null, found[0]?.address ?? '', found[0]?.family)
    },
  })
}
