import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

export type Identity = Readonly<Record<string, unknown>> & { readonly sub: string }

export type RunningProvider = {
  readonly issuer: string
  /** Who sits at the browser; the provider lets them in without asking. */
  person: Identity
  stop(): Promise<void>
}

export const clientId = 'kade'
export const clientSecret = 'a-secret-of-the-test-and-no-other'

/** A server on loopback whose address is known before it answers. */
export async function listening(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; server: Server; stop(): Promise<void> }> {
  const server = createServer(handle)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>(resolve => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { url: `http://127.0.0.1:${port}`, server, stop }
}

/** A real OpenID provider (npm's oidc-provider), whose people are signed in already. */
export async function startProvider(redirectUri: () => string): Promise<RunningProvider> {
  let answer = (_request: IncomingMessage, response: ServerResponse) => void response.end()
  const { url, stop } = await listening((request, response) => answer(request, response))
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const running: RunningProvider = { issuer: url, person: { sub: 'nobody' }, stop }
  const provider = new Provider(url, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri()],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' }] },
    cookies: { keys: ['of-the-test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/let-in/${interaction.uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ ...running.person, sub: id }),
    }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client?.clientId,
        accountId: context.oidc.session?.accountId,
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const respond = provider.callback()
  answer = (request, response) => {
    if (!request.url?.startsWith('/let-in/')) return void respond(request, response)
    const login = { accountId: running.person.sub, remember: false }
    provider.interactionFinished(request, response, { login }).catch(() => response.destroy())
  }
  return running
}

/** Follows redirects within the provider as a browser does, and gives back where it leads out of it. */
export async function throughProvider(start: string): Promise<string> {
  const cookies = new Map<string, string>()
  const { origin } = new URL(start)
  let at = start
  for (let step = 0; step < 10 && at.startsWith(origin); step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const to = response.headers.get('location')
    if (to === null)
      throw new Error(`The provider stopped: ${response.status} ${await response.text()}`)
    at = new URL(to, at).href
  }
  return at
}
