import { createClient } from '#api/client.ts'
import type { GatewayOptions } from '#gateway/gateway.ts'
import type { PlatformContext } from '#platform/context.ts'
import { identityFunctions } from '#platform/governance/identity/identity-functions.ts'
import type { Platform } from '#platform/platform.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from './gateway.ts'

/** A browser, or a program, in front of a door: it keeps its cookie and shows its token. */
export type Visitor = ReturnType<typeof visitorOf>

export type IdentityGround = GatewayGround & {
  readonly url: string
  /** What was asked of the rest of the platform, which is mute. */
  readonly calls: ReturnType<typeof recordingPlatform>['calls']
  visitor(headers?: Record<string, string>): Visitor
  /** The owner, as `connection.json` lets programs in. */
  readonly owner: Visitor
  /** Somebody with an account of their own, signed in. */
  member(given: Partial<Given>): Promise<Visitor & { id: string; email: string }>
  /** Names of the events of accounts and teams, in order. */
  told(): Promise<string[]>
}

type Given = {
  email: string
  name: string
  roles: string[]
  teams: { team: string; role: string }[]
}

export const password = 'paard accu nietje'

/** A door over a real database and the real part of the platform that concerns accounts. */
export async function identityGround(
  options: Partial<GatewayOptions> = {},
): Promise<IdentityGround> {
  const ground = await gatewayGround()
  const { calls, platform: rest } = recordingPlatform()
  const { database } = ground
  // Of the context these functions use no more than is given here.
  const context = { database, post: options.post } as PlatformContext
  const own = identityFunctions(context)
  const platform = new Proxy(rest, {
    get: (mute, name) => Reflect.get(own, name) ?? Reflect.get(mute, name),
  }) as Platform
  const { url } = await ground.start({ platform, ...options })
  const visitor = (headers: Record<string, string> = {}) => visitorOf(url, headers)
  const owner = visitor({ authorization: `Bearer ${ground.token}` })
  let count = 0
  const member = async (given: Partial<Given>) => {
    count += 1
    const { email = `member-${count}@example.nl`, name = `Member ${count}`, ...rights } = given
    const invited = await owner.call('POST', '/invitations', { email, ...rights })
    const browser = visitor()
    const token = tokenOf(invited.json.link.path)
    const { json } = await browser.call('POST', '/registrations', { token, name, password })
    return Object.assign(browser, { id: String(json.account.id), email })
  }
  const told = async () => {
    const rows = await database.query<{ type: string }>(
      `select type from message_store.messages
        where stream_name like 'account-%' or stream_name like 'team-%' order by global_position`,
    )
    return rows.map(row => row.type)
  }
  return { ...ground, url, calls, visitor, owner, member, told }
}

/** The token of a one-time link. */
export function tokenOf(path: string): string {
  return path.split('#token=')[1] ?? ''
}

function visitorOf(url: string, given: Record<string, string>) {
  const headers: Record<string, string> = { ...given }
  const cookies = new Map<string, string>()
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      if (value) cookies.set(name, value)
      else cookies.delete(name)
      headers.cookie = [...cookies].map(pair => pair.join('=')).join('; ')
    }
    const text = await response.text()
    // biome-ignore lint/suspicious/noExplicitAny: tests look at answers of many shapes, and what is not there fails in them
    const json = (text === '' ? {} : JSON.parse(text)) as any
    if (json.csrf) headers['x-csrf-token'] = json.csrf
    return { status: response.status, json, headers: response.headers }
  }
  return { call, headers, client: createClient({ url, headers: () => headers }) }
}
