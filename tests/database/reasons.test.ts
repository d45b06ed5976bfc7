import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { readStream } from '#platform/events/store.ts'
import { type MigratedDatabase, startMigratedDatabase } from './migrated-database.ts'

/** Reasons that were written before they stood in both languages. */
let home: MigratedDatabase
let owner: Database
beforeAll(async () => {
  home = await startMigratedDatabase()
  owner = await openDatabase(home.adminUrl)
})
afterAll(async () => {
  await owner?.close()
  await home?.stop()
})

const migration = new URL(
  '../../platform/adapters/database/migrations/0004-reasons-in-both-languages.sql',
  import.meta.url,
)
const both = { en: '1 of 1 pods ready', nl: '1 of 1 pods ready' }

async function deployment(health: object): Promise<string> {
  const id = randomUUID()
  await owner.query(
    `insert into kade.deployment (id, namespace, name, team, environment, app, version, clusters, simulated, revision,
       desired, health_state, health, operation_id, created_at, updated_at)
     values ($1, 'team-a', $2, 'a', 'dev', 'qdrant', '1', '{amsterdam}', true, 1, '{}', 'healthy', $3, $4, now(), now())`,
    [id, `d-${id.slice(0, 8)}`, health, randomUUID()],
  )
  return id
}

it('are brought over by the migration, and what had none has none', async () => {
  await owner.query(`alter table kade.observation alter reason type text using reason->>'en'`)
  const told = await deployment({ state: 'healthy', since: 'then', reason: both.en })
  const silent = await deployment({ state: 'healthy', since: 'then' })
  for (const [id, reason] of [
    [told, both.en],
    [silent, null],
  ] as const)
    await owner.query(
      `insert into kade.observation (deployment, cluster, state, reason, ready, at)
       values ($1, 'amsterdam', 'healthy', $2, true, now())`,
      [id, reason],
    )
  await owner.query(await readFile(migration, 'utf8'))
  const rows = await owner.query<{ deployment: string }>(
    `select v.deployment, v.reason, d.health from kade.observation v join kade.deployment d on d.id = v.deployment`,
  )
  expect(rows.find(row => row.deployment === told)).toMatchObject({
    reason: both,
    health: { state: 'healthy', since: 'then', reason: both },
  })
  expect(rows.find(row => row.deployment === silent)).toMatchObject({
    reason: null,
    health: { state: 'healthy', since: 'then' },
  })
})

it('of an event are read in both languages, while the event stays as it was written', async () => {
  const stream = `observed-${randomUUID()}`
  const data = { deployment: randomUUID(), cluster: 'paris', from: 'missing', to: 'healthy' }
  await owner.query('select message_store.write_message($1, $2, $3, $4)', [
    randomUUID(),
    stream,
    'HealthChanged',
    { ...data, reason: both.en },
  ])
  expect(await readStream(home.database, stream)).toMatchObject([{ data: { reason: both } }])
})
