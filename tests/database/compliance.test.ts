import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { type EnvironmentDefinition, environments } from '#kit/environment.ts'
import { createPlatform } from '#platform/create-platform.ts'
import type { PlatformError } from '#platform/errors.ts'
import type { Platform } from '#platform/platform.ts'
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
  await ground.cluster('amsterdam', 0)
  await ground.namespace('prod-a', 'a', ['amsterdam'], 'prod')
})
afterAll(() => ground?.stop())

const apps = catalog.map(each => each.app)

/** Kade as it would be started with this written of `prod`, by now. */
function kadeWith(prod: EnvironmentDefinition): Platform {
  return createPlatform({ ...ground.context, environments: environments({ prod }, apps) })
}

const body = (asked: object = {}) => ({
  app: 'qdrant',
  namespace: 'prod-a',
  name: freshName(),
  settings: {},
  ...asked,
})

async function findingsOf(kade: Platform, asked: object): Promise<string[]> {
  const { findings } = await kade.previewDeployment(ada, { body: body(asked) })
  return findings.map(one => `${one.severity} ${one.policy} ${one.path}`)
}

describe('an environment', () => {
  it('refuses images from elsewhere than it allows, and without a digest where it demands one', async () => {
    expect(await findingsOf(kadeWith({ allowed: { imageHosts: ['docker.io'] } }), {})).toEqual([])
    for (const allowed of [{ imageHosts: ['ghcr.io'] }, { imageTags: false }])
      expect(await findingsOf(kadeWith({ allowed }), {})).toEqual([
        expect.stringMatching(/^deny image-known \/objects\/\d+\/spec\/template\/spec\/containers/),
      ])
  })

  it('refuses what it does not know the data of, and an app without the evidence it demands', async () => {
    const kade = kadeWith({ demands: ['data-class', 'dpia'] })
    expect(await findingsOf(kade, {})).toEqual([
      'deny data-protected /app',
      'deny data-protected /dataClass',
    ])
    const refused = kade.createDeployment(ada, { body: body({ dataClass: 'public' }) })
    await expect(refused).rejects.toMatchObject({
      code: 'policy-denied',
    } satisfies Partial<PlatformError>)
  })

  it('tells of data of people in an app that nobody assessed', async () => {
    await ground.context.database.query(
      "update kade.cluster set jurisdiction = 'NL' where name = 'amsterdam'",
    )
    expect(await findingsOf(kadeWith({}), { dataClass: 'personal' })).toContain(
      'warn data-protected /dataClass',
    )
  })
})

describe('compliance', () => {
  it('says what the policies of now say of what was deployed before, and of nobody else’s', async () => {
    const { name } = body()
    await kadeWith({}).createDeployment(ada, { body: body({ name }) })
    const query = { limit: 50, namespace: 'prod-a' }
    const before = await kadeWith({}).listCompliance(ada, { query })
    expect(before.items).toEqual([
      {
        ...{ namespace: 'prod-a', name, app: 'qdrant', environment: 'prod' },
        ...{ revision: 1, allowed: true, findings: [] },
      },
    ])
    const narrower = kadeWith({ allowed: { imageTags: false } })
    const after = await narrower.listCompliance(ada, { query })
    expect(after.items).toMatchObject([
      { name, allowed: false, findings: [{ policy: 'image-known', severity: 'deny' }] },
    ])
    const of = (policy: string) => narrower.listCompliance(ada, { query: { ...query, policy } })
    expect((await of('image-known')).items).toHaveLength(1)
    expect((await of('network-narrow')).items).toEqual([])
    expect((await narrower.listCompliance(bob, { query })).items).toEqual([])
  })

  it('keeps the class of data through changes that say nothing of it', async () => {
    const kade = kadeWith({ demands: ['data-class'] })
    const { name } = body()
    await kade.createDeployment(ada, { body: body({ name, dataClass: 'public' }) })
    const { items } = await kade.listCompliance(ada, { query: { limit: 50, namespace: 'prod-a' } })
    expect(items.find(one => one.name === name)).toMatchObject({ allowed: true })
    const { findings } = await kade.previewDeployment(ada, { body: body({ name }) })
    expect(findings).toEqual([])
  })

  it('says that it cannot judge what left the shelf', async () => {
    const shelf = ground.context.catalog.filter(entry => entry.app.id !== 'qdrant')
    const without = createPlatform({ ...ground.context, catalog: shelf })
    const { items } = await without.listCompliance(ada, {
      query: { limit: 1, namespace: 'prod-a' },
    })
    expect(items).toMatchObject([{ allowed: false, findings: null }])
  })
})
