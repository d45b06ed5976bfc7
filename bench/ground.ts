import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '#platform/adapters/database/embedded-postgres.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { startTestCluster } from '#tests/support/control-plane.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { postmasterOf } from '#tests/support/killed.ts'
import type { CostsOf } from './costs.ts'
import { openAdmin } from './raw.ts'

/** A cluster with many nodes, a database that counts, and Kade on both. */
export type Ground = {
  readonly api: KubeApi
  readonly kade: RunningKade
  readonly costsOf: CostsOf
  stop(): Promise<void>
}

/** Starts all of it; `env` is Kade's beside what it needs. */
export async function openGround(env: Record<string, string> = {}): Promise<Ground> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    const cluster = await startTestCluster('bench', { disableQpsLimits: true, extraNodes: 60 })
    stops.push(() => cluster.stop())
    const counted = await startCountedDatabase()
    stops.push(() => counted.stop())
    const given = { KADE_KUBECONFIG: cluster.kubeconfigPath, KADE_YES: '1' }
    const kade = await startKade({ clusters: [], env: { ...env, ...counted.env, ...given } })
    stops.push(
      () => removeHome(kade.home),
      () => kade.stop(),
    )
    const api = await openAdmin(cluster.kubeconfigPath, 64)
    stops.push(() => api.close())
    const processes = {
      Kade: kade.process.pid ?? 0,
      PostgreSQL: counted.postmaster,
      bench: process.pid,
    }
    const workdir = path.dirname(cluster.kubeconfigPath)
    const costsOf = { api, workdir, database: counted.database, processes }
    return { api, kade, costsOf, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** PostgreSQL as `kade up` starts it, which also counts its statements. */
export async function startCountedDatabase() {
  const home = await mkdtemp(path.join(tmpdir(), 'kade-bench-'))
  const settings = { shared_preload_libraries: 'pg_stat_statements' }
  const { adminUrl, stop } = await startEmbeddedPostgres({ home, settings })
  const { runtimeUrl } = await migrate({ adminUrl })
  const database = await openDatabase(adminUrl)
  await database.query('create extension pg_stat_statements')
  return {
    adminUrl,
    database,
    postmaster: await postmasterOf(home),
    env: { KADE_DATABASE_URL: runtimeUrl, KADE_DATABASE_ADMIN_URL: adminUrl },
    stop: async () => {
      await database.close()
      await stop()
      await removeHome(home)
    },
  }
}
