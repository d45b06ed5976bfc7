import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CreateWorkerCredential } from '#api/worker-credentials.ts'
import { readStream } from '#platform/events/store.ts'
import { findWorkerCredential, noteUse } from '#platform/governance/worker-credentials.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
})
afterAll(() => ground?.stop())

const page = { query: { limit: 200 } }
function make(asked: Partial<CreateWorkerCredential> = {}) {
  const clusters = [{ name: 'paris', region: 'fr-par', jurisdiction: 'FR' }]
  const body = { name: freshName(), clusters, expiresInDays: 365, ...asked }
  return ground.platform.createWorkerCredential(ada, { body })
}
const known = (token: string) => findWorkerCredential(ground.context.database, token)
const listed = async (id: string) =>
  (await ground.platform.listWorkerCredentials(ada, page)).items.find(one => one.id === id)

it('lets its holder in for its clusters, and keeps nothing by which anybody else could be', async () => {
  const { token, ...made } = await make()
  expect(token).toMatch(/^kade_worker_[\w-]{43}$/)
  expect(await known(token)).toEqual({ credential: made.id, clusters: ['paris'] })
  expect(await known(`${token}x`)).toBeUndefined()
  const { database } = ground.context
  const rows = await database.query('select to_jsonb(c) as row from kade.worker_credential c')
  const events = await readStream(database, 'cluster-paris')
  expect(JSON.stringify([rows, events, await listed(made.id)])).not.toContain(token.slice(20))
  expect(made).toMatchObject({ state: 'active', usedAt: null, createdBy: 'ada' })
})

it('enters a new cluster where who made it says it stands, and leaves a known one as it is', async () => {
  await make({ clusters: [{ name: 'lyon', region: 'fr-lyo', jurisdiction: 'FR' }] })
  await make({ clusters: [{ name: 'lyon' }, { name: 'amsterdam' }] })
  const { items } = await ground.platform.listClusters(ada, page)
  expect(items.find(one => one.name === 'lyon')).toMatchObject({
    region: 'fr-lyo',
    jurisdiction: 'FR',
    primary: false,
    state: 'starting',
  })
  expect(items.find(one => one.name === 'amsterdam')).toMatchObject({ primary: true })
})

it('is one of several for a cluster, so that it is replaced without a pause; revoked it lets nobody in', async () => {
  const [before, after] = [await make(), await make()]
  expect(await known(before.token)).toBeDefined()
  await ground.platform.revokeWorkerCredential(ada, { params: { credential: before.id } })
  await ground.platform.revokeWorkerCredential(ada, { params: { credential: before.id } })
  expect(await known(before.token)).toBeUndefined()
  expect(await known(after.token)).toBeDefined()
  expect(await listed(before.id)).toMatchObject({ state: 'revoked' })
  const told = (await readStream(ground.context.database, 'cluster-paris')).filter(
    one => (one.data as { credential?: string }).credential === before.id,
  )
  expect(told.map(one => one.type)).toEqual(['WorkerCredentialCreated', 'WorkerCredentialRevoked'])
  expect(told[1]?.data).toMatchObject({ name: before.name, actor: 'ada', via: 'api' })
})

it('ends at its time, and gives its name away then', async () => {
  const name = freshName()
  const { id, token } = await make({ name })
  await expect(make({ name })).rejects.toMatchObject({ code: 'name-taken' })
  await ground.context.database.query(
    "update kade.worker_credential set expires_at = now() - interval '1 second' where id = $1",
    [id],
  )
  expect(await known(token)).toBeUndefined()
  expect(await listed(id)).toMatchObject({ state: 'expired' })
  await expect(make({ name })).resolves.toMatchObject({ state: 'active' })
})

it('says who used it', async () => {
  const { id } = await make()
  await noteUse(ground.context.database, id, 'node-1')
  expect(await listed(id)).toMatchObject({ usedBy: 'node-1', usedAt: expect.any(String) })
})

it('is told of to nobody when there is none of that id', async () => {
  const params = { credential: '00000000-0000-4000-8000-000000000000' }
  await expect(ground.platform.revokeWorkerCredential(ada, { params })).rejects.toMatchObject({
    code: 'not-found',
  })
})
