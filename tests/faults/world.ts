import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { startEmbeddedPostgres } from '#platform/adapters/database/embedded-postgres.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { startTestCluster } from '#tests/support/control-plane.ts'
import { preparedNamespace, until } from '#tests/support/deployments.ts'
import { postmasterOf } from '#tests/support/killed.ts'
import { type NatsServer, natsBinary, startNatsServer } from '#tests/support/nats-server.ts'
import { type Member, startMember } from './member.ts'

/** Two gateways and two workers as processes of their own, a control plane, PostgreSQL, and NATS where the machine has it. */
export type World = {
  readonly gateways: readonly Member[]
  readonly workers: readonly Member[]
  readonly namespaces: readonly string[]
  /** Survives restarts of PostgreSQL. */
  readonly database: Database
  readonly admin: KubeApi
  readonly nats: NatsServer | null
  /** An immediate stop, as the machine under it might make one, and a start on the same port. */
  restartPostgres(): Promise<void>
  /** Ends gateways and workers in good order: nothing changes any more. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** A process that has ended and was not yet waited for has no command line any more. */
async function isRunning(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return line !== ''
}

/**
 * The machine stays up, so that nothing has to be written through to its disk. What was committed has to be with its kernel all the
 * same: with `synchronous_commit` off an immediate stop loses the newest transactions, and the checker saw it.
 */
const settings = { fsync: 'off', full_page_writes: 'off' }

export async function openWorld(namespaces: readonly string[]): Promise<World> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    return { ...(await build(namespaces, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(
  namespaces: readonly string[],
  stops: (() => Promise<unknown>)[],
): Promise<Omit<World, 'stop'>> {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-faults-'))
  stops.push(() => rm(home, { recursive: true, force: true }))
  const cluster = await startTestCluster()
  stops.push(() => cluster.stop())
  // A home of its own: PostgreSQL opens it for the user it runs as.
  const ground = { home: await mkdtemp(path.join(tmpdir(), 'kade-faults-database-')), settings }
  stops.push(() => rm(ground.home, { recursive: true, force: true }))
  const postgres = await startEmbeddedPostgres(ground)
  stops.push(() => postgres.stop())
  const { adminUrl } = postgres
  const { runtimeUrl } = await migrate({ adminUrl })
  const nats = natsBinary ? await startNatsServer() : null
  if (nats) stops.push(() => nats.stop())
  const keyFile = path.join(home, 'secret.key')
  await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const environmentOf = (name: string) => ({
    KADE_HOME: path.join(home, name),
    KADE_PORT: '0',
    KADE_YES: '1',
    KADE_DATABASE_URL: runtimeUrl,
    KADE_DATABASE_ADMIN_URL: adminUrl,
    KADE_KEY_FILE: keyFile,
    KADE_KUBECONFIG: cluster.kubeconfigPath,
    ...(nats && { KADE_NATS_URL: nats.url }),
  })
  const start = (kind: 'gateway' | 'worker', number: number): Member => {
    const name = `${kind}-${number}`
    const member = startMember(kind, name, environmentOf(name))
    stops.push(() => member.stop())
    return member
  }
  const first = start('gateway', 1)
  const gateways = [first, start('gateway', 2)]
  const workers = [start('worker', 1), start('worker', 2)]
  const members = [...gateways, ...workers]
  await Promise.all(members.map(one => one.up()))
  const database = await openDatabase(adminUrl)
  stops.push(() => database.close())
  const connection = { kubeconfig: cluster.kubeconfigPath }
  // As Kade names it: by its context.
  const name = `kwok-${cluster.name}`
  const admin = await createKubeApi({ cluster: name, connection })
  stops.push(() => admin.close())
  const client = await first.client()
  for (const one of namespaces) await preparedNamespace({ client }, one)
  return {
    gateways,
    workers,
    namespaces,
    database,
    admin,
    nats,
    async restartPostgres() {
      const postmaster = await postmasterOf(ground.home)
      process.kill(postmaster, 'SIGQUIT')
      // While it is still there, a start would join it instead.
      await until(async () => expect(await isRunning(postmaster)).toBe(false))
      await startEmbeddedPostgres(ground)
    },
    async settle() {
      await Promise.all(members.map(one => one.stop()))
    },
  }
}
