import { describe, expect, it } from 'vitest'
import { notInternet } from '#platform/deployments/network-policy.ts'
import { isAllowed, reachOf, readAllowed } from './allowed.ts'

it.each([
  ['8.8.8.8', 'internet'],
  ['2a00:1450:400e:80c::200e', 'internet'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['::ffff:10.1.2.3', 'private'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.9', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['169.254.169.254', 'never'],
  ['::ffff:169.254.169.254', 'never'],
  ['fe80::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['fd00:ec2::254', 'never'],
  ['fd00:ec2::254%eth0', 'never'],
  ['fd00:ec2::23', 'never'],
  ['fd20:ce::254', 'never'],
  ['100.100.100.200', 'never'],
  ['168.63.129.16', 'never'],
  ['192.0.0.192', 'never'],
  ['0.0.0.0', 'never'],
  ['0.1.2.3', 'never'],
  ['::', 'never'],
  ['224.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['240.0.0.1', 'never'],
  ['192.0.2.1', 'never'],
  ['198.18.0.1', 'never'],
  ['ff02::1', 'never'],
  ['2002:7f00:1::', 'never'],
  ['64:ff9b::7f00:1', 'never'],
  ['64:ff9b:1::7f00:1', 'never'],
  ['2001::1', 'never'],
  ['2001:db8::1', 'never'],
  ['::127.0.0.1', 'loopback'],
  ['::7f00:1', 'never'],
  ['127.1', 'never'],
  ['fec0::1', 'never'],
  ['', 'never'],
  ['example.nl', 'never'],
])('takes %s for %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach)
})

it.each(notInternet)(
  'calls nothing in %s, which apps do not reach as the internet either',
  range => {
    const [first = ''] = range.split('/')
    expect(reachOf(first)).not.toBe('internet')
  },
)

describe('the allow-list', () => {
  const allowed = readAllowed(
    ' Jira.example.nl, *.intern.example, 10.2.0.0/16, 127.0.0.1,fd12::/16 ',
  )

  it.each([
    ['jira.example.nl', '10.9.9.9', true],
    ['jira.example.nl', 'fd99::1', true],
    ['other.example.nl', '10.9.9.9', false],
    ['a.b.intern.example', '192.168.1.1', true],
    ['intern.example', '192.168.1.1', false],
    ['evilintern.example', '192.168.1.1', false],
    ['10.2.3.4', '10.2.3.4', true],
    ['any.example', '::ffff:10.2.3.4', true],
    ['10.3.0.1', '10.3.0.1', false],
    ['localhost', '127.0.0.1', true],
    ['localhost', '127.0.0.2', false],
    ['localhost', '::1', false],
    ['any.example', 'fd12::9', true],
  ])('on %s at %s says %s', (host, address, verdict) => {
    expect(isAllowed(allowed, host, address, 443)).toBe(verdict)
  })

  it.each([
    ['jira.example.nl', '10.9.9.9', [8443]],
    ['wiki.example.nl', '10.9.9.9', [80, 443]],
    ['10.2.3.4', '10.2.3.4', [8080]],
    ['any.example', 'fd12::9', [8443]],
    ['any.example', 'fd13::1', [6443]],
    ['localhost', '127.0.0.1', [80, 443, 5432, 6443, 8080, 8443]],
  ])('on %s at %s opens %s and no other port', (host, address, ports) => {
    const some = readAllowed(
      'jira.example.nl:8443, wiki.example.nl, 10.2.0.0/16:8080, [fd12::/16]:8443, [fd13::1]:6443, 127.0.0.1:*',
    )
    const open = [80, 443, 5432, 6443, 8080, 8443].filter(port =>
      isAllowed(some, host, address, port),
    )
    expect(open).toEqual(ports)
  })

  it('opens no metadata service and no loopback by a name, and no link-local address at all', () => {
    const all = readAllowed('evil.example, 0.0.0.0/0, ::/0')
    for (const address of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '168.63.129.16'])
      expect(isAllowed(all, 'evil.example', address, 443)).toBe(false)
    expect(isAllowed(readAllowed('evil.example'), 'evil.example', '127.0.0.1', 443)).toBe(false)
  })

  it.each([
    'a.nl:0',
    'a.nl:65536',
    'a.nl:',
    'a.nl:x',
    'fd12::/16:80:x',
    'https://a.nl',
    'a b',
    '10.0.0.0/99',
    '10.0.0',
    '*',
    'a..b',
  ])('refuses %s', text => {
    expect(() => readAllowed(text)).toThrow(/KADE_OUTGOING_ALLOW/)
  })

  it('is empty where nothing is said', () => {
    expect(readAllowed(undefined)).toEqual({ hosts: [], ranges: [] })
  })
})
