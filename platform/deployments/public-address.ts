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
export function isPublic({ hostname }: URL): boolean {
  // `URL` writes every form of an IPv4 address (0x7f.1, 2130706433) as four numbers, and IPv6 in brackets.
  if (hostname.startsWith('[')) return false
  if (isIPv4(hostname)) return !closed.check(hostname, 'ipv4')
  return hostname.includes('.') && !inside.test(hostname)
}
