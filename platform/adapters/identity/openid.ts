/**
 * Single sign-on by OpenID Connect: the authorization code flow with PKCE (S256), state and nonce. What a token must be — signature,
 * issuer, audience, times, nonce — is checked by `openid-client`; where calls go is checked by `Outgoing`.
 */
import * as client from 'openid-client'
import type { Outgoing } from '../outgoing/outgoing.ts'
import { OutgoingError } from '../outgoing/outgoing.ts'
import { type Claims, IdentityError, type IdentityProvider } from './identity-provider.ts'

export type OpenIdOptions = {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** The claim that holds a person's groups. */
  readonly groupsClaim: string
  /** Where the provider sends browsers back to; the provider knows exactly this one. */
  readonly redirectUri: string
  readonly outgoing: Outgoing
}

const AGAIN_MS = 3_600_000
const MOST_GROUPS = 1000

/** A provider whose metadata is asked for when it is needed first, and again every hour. */
export function openIdProvider(options: OpenIdOptions): IdentityProvider {
  const { name, scopes, redirectUri } = options
  let known: { config: client.Configuration; at: number } | undefined
  const configuration = async () => {
    if (!known || Date.now() - known.at > AGAIN_MS)
      known = { config: await discover(options), at: Date.now() }
    return known.config
  }
  return {
    name,
    begin: () =>
      told(async () => {
        const config = await configuration()
        const verifier = client.randomPKCECodeVerifier()
        const state = client.randomState()
        const nonce = client.randomNonce()
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: scopes.join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        })
        return { url: url.href, state, nonce, verifier }
      }),
    finish: (query, { state, nonce, verifier }) =>
      told(async () => {
        const config = await configuration()
        const url = new URL(redirectUri)
        url.search = query
        const tokens = await client.authorizationCodeGrant(config, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const claims = tokens.claims()
        if (!claims) throw new Error('An answer with an ID token has its claims.')
        const more = config.serverMetadata().userinfo_endpoint
          ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
          : {}
        return claimsOf({ ...more, ...claims }, options.groupsClaim)
      }),
  }
}

async function discover({ issuer, clientId, clientSecret, outgoing }: OpenIdOptions) {
  const server = new URL(issuer)
  return await client.discovery(server, clientId, clientSecret, undefined, {
    execute: [
      // The library otherwise trusts the connection alone, as the standard allows in this flow, and looks at no signature.
      client.enableNonRepudiationChecks,
      // Over plain HTTP only where `Outgoing` lets it: to a network of one's own.
      ...(server.protocol === 'http:' ? [client.allowInsecureRequests] : []),
    ],
    timeout: 10,
    [client.customFetch]: throughOutgoing(outgoing),
  })
}

function throughOutgoing(outgoing: Outgoing): client.CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await outgoing.send({
      url,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      ...(signal ? { signal } : {}),
    })
    const empty = [204, 304].includes(answer.status)
    return new Response(empty ? null : answer.body, {
      status: answer.status,
      headers: answer.headers,
    })
  }
}

/** An error of the provider or of a check, as the one that callers know. */
async function told<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new IdentityError(isUnreachable(error) ? 'unreachable' : 'refused', error)
  }
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof OutgoingError) return true
  return error instanceof Error && error.cause !== undefined && isUnreachable(error.cause)
}

function claimsOf(claims: Record<string, unknown>, groupsClaim: string): Claims {
  const text = (key: string) => {
    const value = claims[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const groups = claims[groupsClaim]
  return {
    issuer: String(claims.iss),
    subject: String(claims.sub),
    email: text('email')?.toLowerCase(),
    emailVerified: claims.email_verified === true,
    name: text('name') ?? text('preferred_username'),
    groups: Array.isArray(groups)
      ? groups.filter(one => typeof one === 'string').slice(0, MOST_GROUPS)
      : [],
  }
}
