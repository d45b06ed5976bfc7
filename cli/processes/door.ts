import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Logger, pino } from 'pino'
import { createGateway } from '#gateway/gateway.ts'
import { signInPath } from '#gateway/session-routes.ts'
import type { PlatformContext } from '#platform/context.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { PlatformError } from '#platform/errors.ts'
import { openFeed } from '#platform/events/feed.ts'
import { openWorkerDoor } from '#platform/federation/carriers/https-door.ts'
import { openWorkerStreams } from '#platform/federation/carriers/https-streams.ts'
import type { ClusterAgent } from '#platform/federation/cluster-agent.ts'
import { registrarOf } from '#platform/federation/registrar.ts'
import { createSignInLink, ensureOwner } from '#platform/governance/accounts.ts'
import { createHub } from '#platform/orchestration/hub.ts'
import { openConnectionFile } from './connection-file.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'
import { openSingleSignOn } from './sign-in.ts'

const firstPort = 4100

export type OpenDoor = { readonly url: string; readonly signIn: string; close(): Promise<void> }

/** Opens the HTTP door and writes `connection.json` for the CLI; both end with `close`. */
export async function openDoor(
  settings: Settings,
  context: PlatformContext & { agent: ClusterAgent },
  report: Report,
): Promise<OpenDoor> {
  const { database } = context
  const feed = openFeed(database, {
    onError: error => report.problem('The event feed failed.', error),
  })
  const onError = (error: unknown) => report.problem('A worker elsewhere was not heard.', error)
  const streams = openWorkerStreams({ database, agent: context.agent, onError })
  const workers = openWorkerDoor({
    database,
    agent: context.agent,
    hub: createHub(context),
    registrar: registrarOf(context),
    streams,
  })
  const gateway = await createGateway({
    platform: createPlatform(context),
    database,
    feed,
    workers,
    post: context.post,
    singleSignOn: openSingleSignOn(settings.signIn ?? {}, context.outgoing),
    secureCookies: settings.signIn?.publicUrl?.startsWith('https:') ?? false,
    logger: await logTo(settings.home),
    portalDir: fileURLToPath(new URL('../../.output/public', import.meta.url)),
  })
  const port = settings.port ?? (await freePort(settings.host, firstPort))
  if (settings.port === null && port !== firstPort)
    report.step('Portal', `port ${firstPort} is taken; using ${port}`)
  const address = await gateway.listen({ host: settings.host, port }).catch(cause => {
    throw taken(settings, port, cause)
  })
  const url = address.replace('[::1]', 'localhost')
  const owner = await ensureOwner(database)
  const link = await createSignInLink(database, owner.id)
  const connection = await openConnectionFile(settings.home, database, { account: owner.id, url })
  return {
    url,
    signIn: (settings.signIn?.publicUrl ?? url) + signInPath(link.token),
    async close() {
      // Nobody else is sent here while the last answers go out; a database that is away holds up nothing.
      await connection
        .close()
        .catch(error => report.problem('The connection was not ended.', error))
      await gateway.close()
      await streams.close()
      await feed.close()
    },
  }
}

/** Warnings and errors of the door, with their request ids, in `$KADE_HOME/logs/gateway.log`. */
async function logTo(home: string): Promise<Logger> {
  const directory = join(home, 'logs')
  await mkdir(directory, { recursive: true })
  return pino(
    { level: 'warn' },
    pino.destination({ dest: join(directory, 'gateway.log'), sync: false }),
  )
}

function taken(settings: Settings, port: number, cause: unknown): PlatformError {
  return new PlatformError('conflict', `Kade cannot listen on ${settings.host}:${port}.`, {
    next: 'Stop what listens there, or give another port in KADE_PORT.',
    cause,
  })
}

async function freePort(host: string, from: number): Promise<number> {
  for (let port = from; port < from + 100; port++) if (await isFree(host, port)) return port
  return 0
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}
