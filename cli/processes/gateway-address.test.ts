import { describe, expect, it } from 'vitest'
import { isAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { readGatewayAddress } from './gateway-address.ts'

describe('the address of a gateway', () => {
  it.each([
    'http://kade.example.nl',
    'http://10.0.0.1:4100',
    'http://127.0.0.1.example.nl',
    'ftp://kade.example.nl',
    'kade.example.nl',
    'https://ada:secret@kade.example.nl',
    'https://kade.example.nl/?token=x',
  ])('refuses %s', text => {
    expect(() => readGatewayAddress(text)).toThrow(/--gateway/)
  })

  it('opens that address inside a private network, at its port, and no other', () => {
    const { url, allowed } = readGatewayAddress('https://kade.example.nl:8443/')
    expect(url).toBe('https://kade.example.nl:8443')
    expect(isAllowed(allowed, 'kade.example.nl', '10.0.0.1', 8443)).toBe(true)
    expect(isAllowed(allowed, 'kade.example.nl', '10.0.0.1', 5432)).toBe(false)
    expect(isAllowed(allowed, 'other.example.nl', '10.0.0.1', 8443)).toBe(false)
    expect(isAllowed(allowed, 'kade.example.nl', '169.254.169.254', 8443)).toBe(false)
  })

  it('speaks http to this machine only', () => {
    const { allowed } = readGatewayAddress('http://localhost:4100')
    expect(isAllowed(allowed, 'localhost', '127.0.0.1', 4100)).toBe(true)
    expect(isAllowed(allowed, 'localhost', '::1', 4100)).toBe(true)
    expect(isAllowed(allowed, 'localhost', '127.0.0.1', 4101)).toBe(false)
  })
})
