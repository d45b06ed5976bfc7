import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPlatform } from '#platform/create-platform.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  // Silent for an hour: nothing here may ask a cluster.
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
})
afterAll(() => ground?.stop())

const provider = { url: 'https://provider.example', secret: 'key-of-the-provider' }

/** A deployment of Open WebUI whose first revision was applied; `values` are what a worker was given to write. */
async function applied(secrets: Record<string, string> = {}) {
  const { platform, hub } = ground
  const name = freshName()
  const settings = { adminEmail: 'ada@example.org' }
  const body = { app: 'open-webui', namespace: 'team-a', name, settings, secrets }
  const made = await platform.createDeployment(ada, {
    body: { ...body, bindings: { llm: provider } },
  })
  const order = await hub.start(made.id, 'amsterdam', 'w1')
  if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
  await hub.applied(await ground.claim(made.id))
  const params = { namespace: 'team-a', name }
  const reveal = (secret: string, actor = ada) =>
    platform.revealSecret(actor, { params: { ...params, secret } })
  return { params, reveal, values: order.step.secrets, deployment: made.deployment }
}

it('shows the generated first password to its team, and writes down who saw it', async () => {
  const { params, reveal, values, deployment } = await applied()
  expect(await reveal('firstAdminPassword')).toEqual({
    name: 'firstAdminPassword',
    value: values.firstAdminPassword,
    title: expect.objectContaining({ en: 'First password of the administrator' }),
  })
  expect((await ground.story(deployment)).at(-1)).toBe('SecretRevealed')
  const timeline = await ground.platform.readTimeline(ada, { params, query: { limit: 1 } })
  expect(timeline.items[0]).toMatchObject({
    event: 'SecretRevealed',
    actor: 'ada',
    revision: 1,
    text: { en: 'The secret "firstAdminPassword" was shown.' },
  })
  expect(JSON.stringify(timeline)).not.toContain(values.firstAdminPassword)
})

it('does not change what an etag holds on to', async () => {
  const { params, reveal } = await applied()
  const before = await ground.platform.readDeployment(ada, { params })
  await reveal('firstAdminPassword')
  expect(await ground.platform.readDeployment(ada, { params })).toEqual(before)
})

it('lists names with the user name that goes with each, and never a value', async () => {
  const { params, values } = await applied()
  const list = await ground.platform.listSecrets(ada, { params })
  const short = list.items.map(({ name, kind, inUse, revealed }) => [
    name,
    kind,
    inUse,
    revealed?.userName,
  ])
  const unbound = (need: string) => [`${need}.key`, 'bound', false, undefined]
  expect(short).toEqual([
    ['sessionKey', 'generated', true, undefined],
    ['firstAdminPassword', 'generated', true, 'ada@example.org'],
    ['adminPassword', 'provided', false, undefined],
    ['llm.key', 'bound', true, undefined],
    ...['documents', 'documentLayout', 'embeddings', 'vectors'].map(unbound),
    ...['webSearch', 'speech', 'database'].map(unbound),
  ])
  for (const value of Object.values(values)) expect(JSON.stringify(list)).not.toContain(value)
})

it('says that a generated password is not in use where somebody gave their own', async () => {
  const { params } = await applied({ adminPassword: 'my-own-password' })
  const { items } = await ground.platform.listSecrets(ada, { params })
  const inUse = Object.fromEntries(items.map(one => [one.name, one.inUse]))
  expect(inUse).toMatchObject({ firstAdminPassword: false, adminPassword: true })
})

it.each([
  ['adminPassword', 'forbidden', /somebody gave it/],
  ['llm.key', 'forbidden', /bound to/],
  ['sessionKey', 'forbidden', /for the app alone/],
  ['odd', 'not-found', /has no secret odd/],
])('refuses %s, says why, and writes nothing down', async (secret, code, message) => {
  const { reveal, deployment } = await applied({ adminPassword: 'my-own-password' })
  const refusal = expect.objectContaining({ code, message: expect.stringMatching(message) })
  await expect(reveal(secret)).rejects.toEqual(refusal)
  expect(await ground.story(deployment)).not.toContain('SecretRevealed')
})

it('is not there for another team', async () => {
  const { params, reveal, deployment } = await applied()
  await expect(reveal('firstAdminPassword', bob)).rejects.toMatchObject({ code: 'not-found' })
  await expect(ground.platform.listSecrets(bob, { params })).rejects.toMatchObject({
    code: 'not-found',
  })
  expect(await ground.story(deployment)).not.toContain('SecretRevealed')
})

it('leads, where the app left the shelf, to the people who can put it back', async () => {
  const { params } = await applied()
  const catalog = ground.context.catalog.filter(one => one.app.id !== 'open-webui')
  const without = createPlatform({ ...ground.context, catalog })
  const secret = 'firstAdminPassword'
  for (const asked of [
    without.listSecrets(ada, { params }),
    without.revealSecret(ada, { params: { ...params, secret } }),
  ]) {
    const refused = await asked.catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'app-unknown',
      text: { nl: expect.stringContaining('open-webui niet meer') },
      details: { next: { nl: expect.stringContaining('terug te zetten') } },
    })
    expect(refused).not.toHaveProperty('details.violations')
  }
})

it('asks to wait until something was applied', async () => {
  const name = freshName()
  await ground.platform.createDeployment(ada, {
    body: { app: 'mlflow', namespace: 'team-a', name, settings: {} },
  })
  const params = { namespace: 'team-a', name, secret: 'adminPassword' }
  await expect(ground.platform.revealSecret(ada, { params })).rejects.toMatchObject({
    code: 'conflict',
    details: { next: { en: expect.stringContaining('Wait') } },
  })
})

it('reads the version of the applied revision, also while a newer one is on its way', async () => {
  const { params, reveal, values, deployment } = await applied()
  // A newer version of the secrets, which no worker has applied.
  await ground.platform.updateDeployment(ada, {
    params,
    body: {
      settings: { adminEmail: 'new@example.org' },
      secrets: { adminPassword: 'my-own-password' },
      bindings: { llm: provider },
    },
  })
  // Generated values are the same in both versions: were the newer one read, nothing would be there.
  const { database } = ground.context
  const newer =
    'delete from kade.secret_version where deployment = $1 and version = 2 returning version'
  expect(await database.query(newer, [deployment])).toHaveLength(1)
  const { value } = await reveal('firstAdminPassword')
  expect(value).toBe(values.firstAdminPassword)
  const { items } = await ground.platform.listSecrets(ada, { params })
  expect(items[1]?.revealed?.userName).toBe('ada@example.org')
  const [version] = await database.query<{ revision: number }>(
    `select (data->>'revision')::int as revision from message_store.messages
      where type = 'SecretRevealed' order by global_position desc limit 1`,
  )
  expect(version).toEqual({ revision: 1 })
})

it('says to update what was deployed before its app had any secret', async () => {
  const catalog = (withSecret: boolean) =>
    ground.context.catalog.map(one =>
      one.app.id === 'mlflow' && !withSecret ? { ...one, app: { ...one.app, secrets: [] } } : one,
    )
  const then = createPlatform({ ...ground.context, catalog: catalog(false) })
  const name = freshName()
  const body = { app: 'mlflow', namespace: 'team-a', name, settings: {} }
  const made = await then.createDeployment(ada, { body })
  await ground.hub.start(made.id, 'amsterdam', 'w1')
  await ground.hub.applied(await ground.claim(made.id))
  const params = { namespace: 'team-a', name, secret: 'adminPassword' }
  await expect(ground.platform.revealSecret(ada, { params })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('Revision 1 has no secret adminPassword'),
  })
})
