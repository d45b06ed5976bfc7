/**
 * What a deployment asks of the database, step by step, without a cluster: statements and the milliseconds that PostgreSQL spends in
 * them. The queue's own and the handlers' are not among them; `bench/deploy.ts --explain` has those too.
 *
 *   node bench/statements.ts [--deployments 20] [--explain]
 */
import { parseArgs } from 'node:util'
import { ada, freshName, platformGround, seen } from '#tests/support/platform-ground.ts'
import { startCountedDatabase } from './ground.ts'
import { positive } from './positive.ts'

const { values } = parseArgs({
  options: {
    deployments: { type: 'string', default: '20' },
    explain: { type: 'boolean', default: false },
  },
})
const count = positive(values.deployments)

const counted = await startCountedDatabase()
process.env.KADE_TEST_POSTGRES = counted.adminUrl
const ground = await platformGround()
const { platform, hub } = ground
await ground.cluster('amsterdam', 0)
await ground.namespace('team-a', 'a', ['amsterdam'], 'prod')

const create = () =>
  platform.createDeployment(ada, {
    body: { app: 'litellm', namespace: 'team-a', name: freshName(), settings: {}, replicas: 1 },
  })

async function step(name: string, run: (n: number) => Promise<unknown>): Promise<void> {
  await counted.database.query('select pg_stat_statements_reset()')
  for (let n = 0; n < count; n++) await run(n)
  const rows = await counted.database.query<{ query: string; calls: number; ms: number }>(
    `select query, sum(calls)::int as calls, sum(total_exec_time) as ms from pg_stat_statements
      where query not like '%pg_stat_statements%' group by query order by calls desc, ms desc`,
  )
  const sum = (of: 'calls' | 'ms') => rows.reduce((all, row) => all + row[of], 0) / count
  console.log(
    `${name.padEnd(24)} ${sum('calls').toFixed(1).padStart(6)} statements ${sum('ms').toFixed(2).padStart(8)} ms`,
  )
  if (!values.explain) return
  for (const { query, calls, ms } of rows)
    console.log(
      `${(calls / count).toFixed(2).padStart(8)} ${(ms / count).toFixed(3).padStart(8)} ms  ${query.replace(/\s+/g, ' ').slice(0, 120)}`,
    )
}

try {
  await create()
  const made: Awaited<ReturnType<typeof create>>[] = []
  const at = (n: number) => made[n] ?? made[0] ?? Promise.reject(new Error('Nothing was made.'))
  await step('create', async () => made.push(await create()))
  await step('start', async n => hub.start((await at(n)).id, 'amsterdam', 'w'))
  const progress = { state: 'progressing', ready: false } as const
  await step('progress', async n => hub.observed([seen(await at(n), progress)]))
  const reason = { en: '0 of 1', nl: '0 van 1' }
  await step('more progress', async n => hub.observed([seen(await at(n), { ...progress, reason })]))
  await step('applied', async n => hub.applied(await ground.claim((await at(n)).id)))
  await step('ready', async n => hub.observed([seen(await at(n))]))
} finally {
  await ground.stop()
  await counted.stop()
}
