import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Client, createClient } from '#api/client.ts'
import { kadeHome } from './home.ts'
import { languageOf, type Terminal } from './terminal.ts'

export type Connection = {
  readonly url: string
  readonly headers: () => Record<string, string>
  readonly client: Client
}

/** There is no Kade to talk to; exit code 7. */
export class UnreachableError extends Error {
  override name = 'UnreachableError'
}

const ConnectionFile = z.object({ url: z.url(), token: z.string() })

/** Kade as `KADE_URL` and `KADE_TOKEN` name it, else the one that `kade login` named, else the one that runs from `KADE_HOME`. */
export async function connect(env: Terminal['env']): Promise<Connection> {
  const { url, token } = await findKade(env)
  const headers = () => ({
    authorization: `Bearer ${token}`,
    'kade-via': 'cli',
    'accept-language': languageOf(env),
  })
  const base = url.replace(/\/+$/, '')
  return { url: base, headers, client: createClient({ url: base, headers }) }
}

async function findKade(env: Terminal['env']): Promise<{ url: string; token: string }> {
  const url = env.KADE_URL
  const token = env.KADE_TOKEN
  if (url && token) return { url, token }
  const login = await readFile(loginFile(env), 'utf8').catch(() => undefined)
  const file = login === undefined ? join(kadeHome(env), 'connection.json') : loginFile(env)
  const text = login ?? (await readFile(file, 'utf8').catch(() => undefined))
  if (text === undefined)
    throw new UnreachableError(
      `No Kade runs here: there is no ${file}.\nStart one with "kade up", sign in to one elsewhere with "kade login", or set KADE_URL and KADE_TOKEN.`,
    )
  const found = ConnectionFile.safeParse(parseJson(text))
  if (!found.success)
    throw new UnreachableError(`${file} is not as Kade writes it. Remove it and start Kade again.`)
  return { url: url ?? found.data.url, token: token ?? found.data.token }
}

/** What `kade login` keeps: an address, and the token of this terminal. */
export function loginFile(env: Terminal['env']): string {
  return join(kadeHome(env), 'login.json')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** For one change, so that sending it twice does it once. */
export function newIdempotencyKey(): string {
  return randomUUID()
}
