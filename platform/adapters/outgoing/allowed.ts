import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { PlatformError } from '../../errors.ts'

type Cidr = ReturnType<typeof ipaddr.parseCIDR>

/** What may be called inside the organisation's own networks. */
export type Allowed = {
  readonly hosts: readonly { readonly name: string; readonly port: Port }[]
  readonly ranges: readonly { readonly range: Cidr; readonly port: Port }[]
}

/** `web`: 443 and 80. */
type Port = number | 'web' | 'any'

/**
 * Where an address leads. `internal`: a network that an allow-list may open. `never`: link-local and metadata addresses, which
 * hand out credentials of the machine, and all that is no place for one server (multicast, tunnels, documentation).
 */
export type Reach = 'internet' | 'private' | 'loopback' | 'never'

/**
 * Services outside the link-local range that hand out metadata or credentials: AWS (IPv6; ::23 gives pods theirs), Google (IPv6),
 * Alibaba, Azure's wire server, Oracle.
 */
const metadata = new Set([
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
])
const privateRanges = new Set(['private', 'uniqueLocal', 'carrierGradeNat'])
/** The only part of IPv6 that is given out as public addresses (IANA, IPv6 address space). */
const publicIpv6 = ipaddr.parseCIDR('2000::/3')

/** Of an address as text; what is none is `never`. An IPv4 address written as IPv6 is that IPv4 address. */
export function reachOf(address: string): Reach {
  // ipaddr.js alone would also read `10.1` and `010.0.0.1`, each client in its own way.
  if (!isIP(address)) return 'never'
  const parsed = withoutZone(address)
  if (metadata.has(parsed.toString())) return 'never'
  const range = parsed.range()
  if (range === 'loopback') return 'loopback'
  if (privateRanges.has(range)) return 'private'
  if (range !== 'unicast') return 'never'
  return parsed.kind() === 'ipv4' || parsed.match(publicIpv6) ? 'internet' : 'never'
}

/** Which interface leads to an address (`%eth0`) says nothing of whose it is. */
function withoutZone(address: string) {
  return ipaddr.process(address.replace(/%.*$/, ''))
}

/** Whether the list opens a port of an address, under the name it was found by. A name opens no loopback: only its range does. */
export function isAllowed(
  { hosts, ranges }: Allowed,
  host: string,
  address: string,
  port: number,
): boolean {
  const reach = reachOf(address)
  if (reach === 'never') return false
  const parsed = withoutZone(address)
  const inRange = ranges.some(
    one =>
      opens(one.port, port) && parsed.kind() === one.range[0].kind() && parsed.match(one.range),
  )
  const named = hosts.some(one => opens(one.port, port) && covers(one.name, host))
  return inRange || (reach !== 'loopback' && named)
}

function opens(said: Port, port: number): boolean {
  return said === 'any' || (said === 'web' ? port === 443 || port === 80 : said === port)
}

function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

const name = /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/**
 * Reads `KADE_OUTGOING_ALLOW`: host names, `*.` for those below one, addresses and ranges, each with `:port` or `:*` where 443
 * and 80 are not meant (IPv6 in brackets then), with commas between. Throws `request-invalid` for what is none of these.
 */
export function readAllowed(text: string | undefined): Allowed {
  const hosts: Allowed['hosts'][number][] = []
  const ranges: Allowed['ranges'][number][] = []
  for (const part of (text ?? '').split(',').map(one => one.trim().toLowerCase())) {
    if (part === '') continue
    const [, inBrackets, plain, said] = withPort.exec(part) ?? []
    const port = portOf(said)
    const what = inBrackets ?? plain ?? part
    if (port === undefined) throw unreadable(part)
    if (isIP(what.split('/')[0] ?? '') && ipaddr.isValidCIDR(what))
      ranges.push({ range: ipaddr.parseCIDR(what), port })
    else if (isIP(what)) ranges.push({ range: single(what), port })
    else if (name.test(what) && !/^[\d.]+$/.test(what)) hosts.push({ name: what, port })
    else throw unreadable(part)
  }
  return { hosts, ranges }
}

/** `host:port`, `range:port`, `[IPv6 or its range]:port`. */
const withPort = /^(?:\[([^\]]+)\]|([^:]+)):([^:]*)$/

function portOf(said: string | undefined): Port | undefined {
  if (said === undefined) return 'web'
  if (said === '*') return 'any'
  const port = /^\d{1,5}$/.test(said) ? Number(said) : 0
  return port > 0 && port < 65_536 ? port : undefined
}

function unreadable(part: string): PlatformError {
  return new PlatformError(
    'request-invalid',
    `KADE_OUTGOING_ALLOW has "${part}", which is no host name, address or range, with or without a port.`,
    {
      next: 'Write names (tools.example.nl, *.example.nl:8443) and ranges (10.1.0.0/16, [fd12::/16]:8443).',
    },
  )
}

function single(address: string): Cidr {
  const parsed = withoutZone(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}
