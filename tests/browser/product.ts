import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Client, createClient } from '#api/client.ts'
import { shelfEnvironments } from '#catalog/environments.ts'
import { type Running, up } from '#cli/processes/up.ts'
import { readAllowed } from '#platform/adapters/outgoing/allowed.ts'

export type Product = Pick<Running, 'url' | 'signIn'> & {
  /** The HTTP API as a script has it, to lay things ready. */
  readonly client: Client
  readonly home: string
  stop(): Promise<void>
}

/**
 * Kade as a person starts it, with one embedded cluster that has joined, in a home and on a port of its own. The portal must
 * have been built (`npm run build`).
 */
export async function startProduct(): Promise<Product> {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-browser-'))
  const heard: string[] = []
  const hear = (...words: unknown[]) => void heard.push(words.join(' '))
  const report = { step: hear, line: hear, problem: hear }
  const running = await up(await settingsFor(home), report)
  const stop = async () => {
    await running.stop()
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await running.ready
  } catch (error) {
    await stop()
    throw new Error(`Kade did not become ready:\n${heard.join('\n')}`, { cause: error })
  }
  return { url: running.url, signIn: running.signIn, client: await clientOf(home), home, stop }
}

async function settingsFor(home: string) {
  return {
    home,
    host: '127.0.0.1',
    port: await freePort(),
    databaseUrl: null,
    databaseAdminUrl: null,
    keyFile: undefined,
    events: { source: null, nats: null, kubernetes: false },
    // Receivers of tests listen on loopback.
    outgoing: readAllowed('127.0.0.1:*'),
    environments: shelfEnvironments,
    fourEyes: 'when-possible' as const,
    kubeconfig: null,
    placesFile: undefined,
    clusters: ['amsterdam'],
    yes: true,
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || !address) throw new Error('the server listens on TCP')
  return address.port
}

async function clientOf(home: string): Promise<Client> {
  // Written by Kade itself (cli/processes/door.ts).
  const connection = JSON.parse(await readFile(path.join(home, 'connection.json'), 'utf8')) as {
    url: string
    token: string
  }
  const headers = () => ({ authorization: `Bearer ${connection.token}` })
  return createClient({ url: connection.url, headers })
}
