import { afterAll, beforeAll, expect, it } from 'vitest'
import { ada, type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('library', 'a')
  for (const name of ['books', 'bookshelf', 'maps'])
    await ground.platform.createDeployment(ada, {
      body: { app: 'qdrant', namespace: 'library', name, settings: {} },
    })
})
afterAll(() => ground?.stop())

async function found(q: string): Promise<string[]> {
  const query = { q, limit: 10, sort: 'name' } as const
  const { items } = await ground.platform.listDeployments(ada, { query })
  return items.map(one => one.name)
}

it('finds deployments by any piece of namespace, name and app, in small letters or large', async () => {
  expect(await found('OOK')).toEqual(['books', 'bookshelf'])
  expect(await found('brary/m')).toEqual(['maps'])
  expect(await found('qdrant')).toEqual(['books', 'bookshelf', 'maps'])
  expect(await found('')).toEqual(['books', 'bookshelf', 'maps'])
})

it.each(['%', '_', 'b__k', 'b%k', '\\', "'", '\\%'])(
  'takes %j as text and as no pattern',
  async q => {
    expect(await found(q)).toEqual([])
  },
)

it('has an index for it, made by an owner who may create the extension', async () => {
  const rows = await ground.context.database.query<{ indexname: string }>(
    `select indexname from pg_indexes where schemaname = 'kade' and indexname like 'deployment_by_%'`,
  )
  expect(rows.map(row => row.indexname)).toEqual(
    expect.arrayContaining(['deployment_by_words', 'deployment_by_health_and_id']),
  )
})
