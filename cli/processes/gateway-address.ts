import { isIP } from 'node:net'
import { type Allowed, readAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { PlatformError } from '#platform/errors.ts'

/** Where a worker dials in, and what it may call for that: this one address and nothing else inside its networks. */
export type GatewayAddress = { readonly url: string; readonly allowed: Allowed }

/** Reads `--gateway`. Throws `request-invalid` for what is no https address; http is for this machine alone. */
export function readGatewayAddress(text: string): GatewayAddress {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) throw unusable(text, 'it is no https address')
  if (url.username || url.password || url.search || url.hash)
    throw unusable(text, 'it may hold no user, password, query or fragment')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isOfThisMachine = host === 'localhost' || ['127.0.0.1', '::1'].includes(host)
  if (url.protocol === 'http:' && !isOfThisMachine)
    throw unusable(text, 'orders hold secret values, so http is for this machine alone')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const names = host === 'localhost' ? ['127.0.0.1', '::1'] : [host]
  const allowed = names.map(name => `${isIP(name) === 6 ? `[${name}]` : name}:${port}`)
  return { url: url.href.replace(/\/+$/, ''), allowed: readAllowed(allowed.join(',')) }
}

function unusable(text: string, why: string): PlatformError {
  return new PlatformError(
    'request-invalid',
    `--gateway is "${text}", which cannot be used: ${why}.`,
    {
      next: 'Give the address of the portal, such as https://kade.example.nl.',
    },
  )
}
