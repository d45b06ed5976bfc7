import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openIdProvider } from '#platform/adapters/identity/openid.ts'
import { readAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { createOutgoing } from '#platform/adapters/outgoing/create-outgoing.ts'
import { type IdentityGround, identityGround } from '#tests/support/identity.ts'
import { listening } from '#tests/support/identity-provider.ts'

/** Whoever answers in the place of the provider gives out what each case wants: an ID token, or other metadata. */
let idToken = ''
let metadata: Record<string, unknown> = {}
let issuer: Awaited<ReturnType<typeof listening>>
let ground: IdentityGround
const asked: string[] = []
const outgoing = createOutgoing({ allowed: readAllowed('127.0.0.1:*') })
const keys = await generateKeyPair('RS256', { extractable: true })
const foreign = await generateKeyPair('RS256', { extractable: true })
const secret = 'a-secret-of-the-test-and-no-other'

beforeAll(async () => {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  issuer = await listening((request, response) => {
    asked.push(request.url ?? '')
    const answers: Record<string, unknown> = {
      '/.well-known/openid-configuration': metadata,
      '/keys': { keys: [jwk] },
      '/token': { access_token: 'a', token_type: 'Bearer', id_token: idToken, expires_in: 60 },
    }
    const answer = answers[request.url ?? '']
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  })
})
afterAll(async () => {
  await ground?.stop()
  await outgoing.close()
  await issuer?.stop()
})

async function doorTo(changes: Record<string, unknown> = {}): Promise<IdentityGround> {
  metadata = {
    issuer: issuer.url,
    authorization_endpoint: `${issuer.url}/authorize`,
    token_endpoint: `${issuer.url}/token`,
    jwks_uri: `${issuer.url}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    ...changes,
  }
  const provider = openIdProvider({
    name: 'Gemeente',
    issuer: issuer.url,
    clientId: 'kade',
    clientSecret: secret,
    scopes: ['openid'],
    groupsClaim: 'groups',
    redirectUri: 'https://kade.example/api/v1/single-sign-on/callback',
    outgoing,
  })
  return await identityGround({
    singleSignOn: { provider, groups: new Map([['all', { roles: ['auditor'], teams: [] }]]) },
  })
}

type Case = {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  with?: 'foreign' | 'secret' | 'none'
}

/** One way there and back, with the token of the case; where it leads. */
async function comeBackWith(at: IdentityGround, { claims = {}, header = {}, with: by }: Case) {
  const browser = at.visitor()
  const { headers } = await browser.call('GET', '/single-sign-on')
  const to = new URL(headers.get('location') ?? '')
  const now = Math.floor(Date.now() / 1000)
  const all = {
    iss: issuer.url,
    aud: 'kade',
    sub: 'ada',
    iat: now,
    exp: now + 60,
    nonce: to.searchParams.get('nonce'),
    email: 'ada@example.nl',
    email_verified: true,
    groups: ['all'],
    ...claims,
  }
  const signer = new SignJWT(all)
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  if (by === 'none') idToken = `${encoded({ alg: 'none' })}.${encoded(all)}.`
  else if (by === 'secret')
    idToken = await signer
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(secret))
  else
    idToken = await signer
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
      .sign(by === 'foreign' ? foreign.privateKey : keys.privateKey)
  const answer = await browser.call(
    'GET',
    `/single-sign-on/callback?code=x&state=${to.searchParams.get('state')}`,
  )
  return answer.headers.get('location')
}

const long = 3600
const then = Math.floor(Date.now() / 1000)
const cases: [string, Case][] = [
  ['another audience', { claims: { aud: 'somebody-else' } }],
  ['a second audience and another party', { claims: { aud: ['kade', 'b'], azp: 'b' } }],
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['no signature', { with: 'none' }],
  ['a signature by another key under a known id', { with: 'foreign' }],
  ['a key that nobody published', { header: { kid: 'two' }, with: 'foreign' }],
  ['a signature by the client secret', { with: 'secret' }],
  ['an end that is past', { claims: { exp: then - long } }],
  ['no end', { claims: { exp: undefined } }],
  ['a beginning that is to come', { claims: { nbf: then + long } }],
  ['another nonce', { claims: { nonce: 'x'.repeat(43) } }],
  ['no nonce', { claims: { nonce: undefined } }],
  ['no subject', { claims: { sub: undefined } }],
]

it('lets nobody in by a token that is not for us, not from the provider or not of now', async () => {
  ground = await doorTo()
  // The same way with nothing wrong leads in: what is refused below is refused for its own reason.
  expect(await comeBackWith(ground, {})).toBe('/')
  for (const [what, one] of cases)
    expect(await comeBackWith(ground, one), what).toBe('/sign-in?sso=refused')
})

it('asks for keys at no address that a provider may not name', async () => {
  for (const jwks_uri of [
    'http://169.254.169.254/latest',
    'http://10.0.0.1/keys',
    'file:///etc/passwd',
  ]) {
    const at = await doorTo({ jwks_uri })
    expect(await comeBackWith(at, {}), jwks_uri).toMatch(/^\/sign-in\?sso=(refused|unreachable)$/)
    await at.stop()
  }
})

it('takes metadata from nobody who calls himself another', async () => {
  const at = await doorTo({ issuer: 'https://evil.example' })
  const { headers } = await at.visitor().call('GET', '/single-sign-on')
  expect(headers.get('location')).toMatch(/^\/sign-in\?sso=/)
  await at.stop()
})
