import { BlockList, isIPv4 } from 'node:net'
import { notInternet } from './network-policy.ts'

const closed = new BlockList()
for (const range of notInternet) {
  const [address = '', bits] = range.split('/')
  closed.addSubnet(address, Number(bits), 'ipv4')
}

/** Names that lead to the pod itself or to something in its cluster. */
const inside = /(^|\.)(localhost|svc|cluster\.local|internal)\.?$/

/**
 * Whether the NetworkPolicy would let an app through to an address. It says so before an app runs that cannot reach what it
 * needs; what holds is the policy, because a name may come to mean another address later.
 */
export function isPublic({ host }: URL): boolean {
  // Of an address on the web, `URL` writes every form of an IPv4 address (0x7f.1, 2130706433) as four numbers, and IPv6 in
  // brackets. Of any other it leaves the host as it was written, so that one is read as if it were on the web.
  if (!URL.canParse(`https://${host}`)) return false
  const { hostname } = new URL(`https://${host}`)
  if (hostname.startsWith('[')) return false
  if (isIPv4(hostname)) return !closed.check(hostname, 'ipv4')
  // One name: a list of servers has commas, and only the first would be looked at.
  return /^[a-z0-9._-]+$/.test(hostname) && hostname.includes('.') && !inside.test(hostname)
}
