import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { shelfEnvironments } from '#catalog/environments.ts'
import { catalog } from '#catalog/index.ts'
import type { EnvironmentName } from '#kit/environment-name.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openQuickJsSandbox } from '#platform/adapters/modules/quickjs.ts'
import { readAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { createOutgoing } from '#platform/adapters/outgoing/create-outgoing.ts'
import { loadOpaPolicyEngine } from '#platform/adapters/policy/opa-wasm.ts'
import type { CatalogueEntry, PlatformContext } from '#platform/context.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { readStream } from '#platform/events/store.ts'
import { createInProcessAgent } from '#platform/federation/carriers/in-process.ts'
import { writeHeartbeat } from '#platform/federation/carriers/worker-side.ts'
import type { ClusterAgent } from '#platform/federation/cluster-agent.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { openSecretVault } from '#platform/governance/secret-versions.ts'
import { createHub } from '#platform/orchestration/hub.ts'
import { openQueue, type Queue } from '#platform/orchestration/queue.ts'
import type { Claim, WorkerHub } from '#platform/orchestration/worker-hub.ts'
import type { Actor, Platform } from '#platform/platform.ts'
import { startTestDatabase } from './database.ts'

export const ada: Actor = {
  id: 'ada',
  roles: [],
  memberships: { a: 'team-maintainer' },
  teams: ['a'],
  via: 'api',
}
export const bob: Actor = {
  id: 'bob',
  roles: [],
  memberships: { b: 'team-maintainer' },
  teams: ['b'],
  via: 'api',
}

export type PlatformGround = {
  readonly context: PlatformContext
  /** Between the hub and a worker of the test's own. */
  readonly agent: ClusterAgent
  readonly platform: Platform
  readonly hub: WorkerHub
  readonly queue: Queue
  /** For what only the owner of the database may do. */
  readonly adminUrl: string
  /** For a pool of a test's own. */
  readonly runtimeUrl: string
  /** Moves the platform's clock; the database's own stays. */
  pass(seconds: number): void
  /** A namespace of a team that stands ready on these clusters. */
  namespace(
    name: string,
    team: string,
    clusters?: readonly string[],
    environment?: EnvironmentName,
  ): Promise<void>
  /** A cluster in the registry; `silentSeconds` ago a worker last reached it, never when null. With 0 it stays reachable. */
  cluster(name: string, silentSeconds: number | null): Promise<void>
  /** The claim of whoever took the operation up last. */
  claim(operation: string, cluster?: string): Promise<Claim>
  /** The names of the events of a deployment, in order. */
  story(deployment: string): Promise<string[]>
  stop(): Promise<void>
}

/**
 * The platform on a PostgreSQL of its own, with the real catalogue or one that is given, policies, queue and vault, and no
 * cluster to answer until a worker serves one.
 */
export async function platformGround(
  shelf: readonly CatalogueEntry[] = catalog,
): Promise<PlatformGround> {
  const server = await startTestDatabase()
  const home = await mkdtemp(path.join(tmpdir(), 'kade-platform-'))
  const { runtimeUrl } = await migrate({ adminUrl: server.adminUrl })
  const database = await openDatabase(runtimeUrl)
  const queue = await openQueue({ database, url: runtimeUrl })
  const policy = await loadOpaPolicyEngine()
  const sandbox = openQuickJsSandbox()
  // Receivers of tests listen on loopback.
  const outgoing = createOutgoing({ allowed: readAllowed('127.0.0.1:*') })
  let offset = 0
  const agent = createInProcessAgent({ database, queue })
  const context: PlatformContext = {
    database,
    catalog: shelf,
    environments: shelfEnvironments,
    sandbox,
    queue,
    secrets: await openSecretVault({ home }),
    policy,
    agent,
    outgoing,
    clock: () => new Date(Date.now() + offset),
    deadlineSeconds: () => 600,
    fourEyes: 'when-possible',
  }
  return {
    context,
    agent,
    platform: createPlatform(context),
    hub: createHub(context),
    queue,
    adminUrl: server.adminUrl,
    runtimeUrl,
    pass: seconds => {
      offset += seconds * 1000
    },
    async namespace(name, team, clusters = ['amsterdam'], environment = 'dev') {
      const states = clusters.map(cluster => ({ name: cluster, state: 'ready' }))
      const bounds = { cpu: '1000', memory: '4000Gi', storage: '900Ti', deployments: 500 }
      await database.query(
        `insert into kade.namespace (name, team, environment, clusters, bounds)
         values ($1, $2, $3, $4, $5)`,
        [name, team, environment, JSON.stringify(states), bounds],
      )
    },
    async cluster(name, silentSeconds) {
      await database.query(
        `insert into kade.cluster (name, region, jurisdiction, is_primary, simulated, state, message)
         values ($1, 'nl', 'EU', $1 = 'amsterdam', true, 'ready', '{"en": "", "nl": ""}')
         on conflict do nothing`,
        [name],
      )
      if (silentSeconds === null) return
      await writeHeartbeat(database, { worker: 'test', clusters: [{ name, reachable: true }] })
      await database.query(
        `update kade.cluster set heartbeat_at = now() - make_interval(secs => $2) where name = $1`,
        // No worker beats here: what is to stay reachable has its next beats beforehand.
        [name, silentSeconds === 0 ? -86_400 : silentSeconds],
      )
    },
    async claim(operation, cluster = 'amsterdam') {
      const [row] = await database.query<{ attempt: number }>(
        'select attempt from kade.operation where id = $1',
        [operation],
      )
      return { operation, cluster, attempt: row?.attempt ?? 0 }
    },
    story: async deployment =>
      (await readStream(database, `deployment-${deployment}`)).map(event => event.type),
    async stop() {
      await outgoing.close()
      await sandbox.close()
      await policy.close()
      await queue.close()
      await database.close()
      await server.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A name that no other test of the file uses. */
export function freshName(): string {
  return `d-${randomUUID().slice(0, 8)}`
}

/** What an observer would report of a revision that serves; the test says what is otherwise. */
export function seen(
  { deployment, namespace, name }: { deployment: string; namespace: string; name: string },
  more: Partial<Observation> = {},
): Observation {
  return {
    deployment,
    namespace,
    name,
    cluster: 'amsterdam',
    revision: 1,
    state: 'healthy',
    ready: true,
    drift: [],
    at: new Date(),
    ...more,
  }
}
