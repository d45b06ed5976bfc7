import type { OperationKind } from '#api/operations.ts'
import { catalog } from '#catalog/index.ts'
import type { AppData } from '#kit/app.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { startEmbeddedPostgres } from '#platform/adapters/database/embedded-postgres.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openQuickJsSandbox } from '#platform/adapters/modules/quickjs.ts'
import { createOutgoing } from '#platform/adapters/outgoing/create-outgoing.ts'
import { loadOpaPolicyEngine } from '#platform/adapters/policy/opa-wasm.ts'
import type { PolicyEngine } from '#platform/adapters/policy/policy-engine.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { ClusterAgent } from '#platform/federation/cluster-agent.ts'
import { openSecretVault } from '#platform/governance/secret-versions.ts'
import { openQueue, type Queue } from '#platform/orchestration/queue.ts'
import { cannotUse } from './database-urls.ts'
import { tellOfAddedApps } from './environments-of-added-apps.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'
import { openPost } from './sign-in.ts'

/** What every process of Kade stands on: database, queue, policies, keys. */
export type Ground = {
  readonly database: Database
  readonly queue: Queue
  readonly policy: PolicyEngine
  readonly contextFor: (agent: Pick<ClusterAgent, 'ask'>) => PlatformContext
  close(): Promise<void>
}

/** Seconds for rendering, queueing and applying, on top of what the app's pods may take to be ready. */
const margin = 300

/** Seconds a delete may take: objects that end their pods in good order, or a cluster that comes back. */
const deleting = 600

function deadlineSeconds(kind: OperationKind, app: AppData | undefined): number {
  const override = Number(process.env.KADE_OPERATION_DEADLINE)
  if (override > 0) return override
  return kind === 'delete' || !app ? deleting : app.readyWithin + margin
}

/** The given database, or the embedded one: started, migrated, and reachable as the runtime role. */
export async function openState(
  settings: Settings,
  report: Report,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (settings.databaseUrl) {
    const adminUrl = settings.databaseAdminUrl ?? settings.databaseUrl
    const { runtimeUrl } = await migrate({ adminUrl, runtimeUrl: settings.databaseUrl }).catch(
      cause => {
        throw cannotUse(adminUrl, cause)
      },
    )
    report.step('Database', 'the given PostgreSQL, migrated')
    return { url: runtimeUrl, stop: async () => {} }
  }
  const embedded = await startEmbeddedPostgres({
    home: settings.home,
    say: line => report.step('Database', line),
  })
  const { runtimeUrl } = await migrate({ adminUrl: embedded.adminUrl })
  report.step('Database', 'embedded PostgreSQL, migrated')
  return { url: runtimeUrl, stop: () => embedded.stop() }
}

/** Opens everything on a migrated database. */
export async function openGround(settings: Settings, url: string, report: Report): Promise<Ground> {
  const onError = (error: unknown) => report.problem('A background task failed.', error)
  const database = await openDatabase(url, { onError, maxConnections: 20 })
  const queue = await openQueue({ database, url, onError })
  const policy = await loadOpaPolicyEngine()
  const sandbox = openQuickJsSandbox()
  await tellOfAddedApps({ sandbox }, database, settings.environments, report)
  const outgoing = createOutgoing({ allowed: settings.outgoing })
  const secrets = await openSecretVault({ home: settings.home, keyFile: settings.keyFile })
  const post = openPost(settings.signIn ?? {}, report)
  return {
    database,
    queue,
    policy,
    contextFor: agent => ({
      database,
      catalog,
      environments: settings.environments,
      sandbox,
      queue,
      secrets,
      policy,
      agent,
      outgoing,
      post,
      clock: () => new Date(),
      deadlineSeconds,
      fourEyes: settings.fourEyes,
    }),
    async close() {
      post?.mailer.close()
      await outgoing.close()
      await sandbox.close()
      await policy.close()
      await queue.close()
      await database.close()
    },
  }
}
