import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { PlatformError } from '../../errors.ts'

type Cidr = ReturnType<typeof ipaddr.parseCIDR>

/** What may be called inside the organisation's own networks. */
export type Allowed = { readonly hosts: readonly string[]; readonly ranges: readonly Cidr[] }

/**
 * Where an address leads. `internal`: a network that an allow-list may open. `never`: link-local and metadata addresses, which
 * hand out credentials of the machine, and all that is no place for one server (multicast, tunnels, documentation).
 */
export type Reach = 'internet' | 'private' | 'loopback' | 'never'

/** Metadata services outside the link-local range: AWS (IPv6), Alibaba, Azure's wire server, Oracle. */
const metadata = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'])
const privateRanges = new Set(['private', 'uniqueLocal', 'carrierGradeNat'])
/** The only part of IPv6 that is given out as public addresses (IANA, IPv6 address space). */
const publicIpv6 = ipaddr.parseCIDR('2000::/3')

/** Of an address as text; what is none is `never`. An IPv4 address written as IPv6 is that IPv4 address. */
export function reachOf(address: string): Reach {
  // ipaddr.js alone would also read `10.1` and `010.0.0.1`, each client in its own way.
  if (!isIP(address)) return 'never'
  const parsed = ipaddr.process(address)
  if (metadata.has(parsed.toString())) return 'never'
  const range = parsed.range()
  if (range === 'loopback') return 'loopback'
  if (privateRanges.has(range)) return 'private'
  if (range !== 'unicast') return 'never'
  return parsed.kind() === 'ipv4' || parsed.match(publicIpv6) ? 'internet' : 'never'
}

/** Whether the list opens an address, under the name it was found by. A name opens no loopback: only its range does. */
export function isAllowed({ hosts, ranges }: Allowed, host: string, address: string): boolean {
  const reach = reachOf(address)
  if (reach === 'never') return false
  const parsed = ipaddr.process(address)
  const inRange = ranges.some(range => parsed.kind() === range[0].kind() && parsed.match(range))
  return inRange || (reach !== 'loopback' && hosts.some(one => covers(one, host)))
}

function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

const name = /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/**
 * Reads `KADE_OUTGOING_ALLOW`: host names, `*.` for those below one, addresses and ranges, with commas between. Throws
 * `request-invalid` for what is none of these.
 */
export function readAllowed(text: string | undefined): Allowed {
  const hosts: string[] = []
  const ranges: Cidr[] = []
  for (const part of (text ?? '').split(',').map(one => one.trim().toLowerCase())) {
    if (part === '') continue
    if (isIP(part.split('/')[0] ?? '') && ipaddr.isValidCIDR(part))
      ranges.push(ipaddr.parseCIDR(part))
    else if (isIP(part)) ranges.push(single(part))
    else if (name.test(part) && !/^[\d.]+$/.test(part)) hosts.push(part)
    else
      throw new PlatformError(
        'request-invalid',
        `KADE_OUTGOING_ALLOW has "${part}", which is no host name, address or range.`,
        { next: 'Write names (tools.example.nl, *.example.nl) and ranges (10.1.0.0/16).' },
      )
  }
  return { hosts, ranges }
}

function single(address: string): Cidr {
  const parsed = ipaddr.process(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}
