/**
 * The life of one app in real pods, through Kade's own API, on its module exactly as it is shipped:
 *
 *   deployed ▸ used ▸ logs and usage seen ▸ updated ▸ rolled back ▸ starved and diagnosed ▸ put right ▸ deleted ▸ deployed again
 *
 * and after each change the app is asked for what was left behind before it.
 */
import { afterAll, expect, it } from 'vitest'
import type { DeploymentInput } from '#api/deployments.ts'
import { ended, succeeded } from '#tests/support/deployments.ts'
import type { RunningKade } from '#tests/support/kade.ts'
import { reach } from './harbour.ts'
import type { RealNode } from './node.ts'
import type { RealApp, Service } from './real-app.ts'

export type JourneyGround = {
  readonly node: RealNode
  readonly kade: RunningKade
  /** Prepared; in no bound that an app would meet. */
  readonly namespace: string
}

/** Slow disks, cold caches and two shared cores: what an app says of itself (`readyWithin`) counts, not this. */
const PATIENCE_MS = 900_000
const USAGE_MS = 120_000

/** Declares the tests of one app, in order. */
export function journeyOf(app: RealApp, ground: () => JourneyGround): void {
  const name = app.app
  const key = () => ({ namespace: ground().namespace, name })
  const client = () => ground().kade.client
  const asked = (more: Partial<DeploymentInput> = {}): DeploymentInput => ({
    settings: { ...app.asked?.settings, ...more.settings },
    env: { ...app.asked?.env, ...more.env },
    ...(app.asked?.secrets && { secrets: app.asked.secrets }),
    ...(app.asked?.bindings && { bindings: app.asked.bindings }),
    ...(more.resources && { resources: more.resources }),
  })
  const read = () => client().readDeployment({ params: key() })
  const service = async (): Promise<Service> => ({
    url: await addressOf(ground(), name),
    reveal: async secret => (await client().revealSecret({ params: { ...key(), secret } })).value,
    secret: wanted => secretOf(ground(), name, wanted),
  })
  const update = (input: DeploymentInput) =>
    client().updateDeployment({ params: key(), body: input })
  const create = () => client().createDeployment({ body: { app: name, ...key(), ...asked() } })
  const done = async (operation: { id: string }) => {
    await succeeded(ground().kade, await ended(ground().kade, operation, PATIENCE_MS))
  }

  let end: (() => Promise<void>) | undefined
  afterAll(() => end?.())

  it(`${name} is deployed, ready by its own probes, and answers a real request`, async () => {
    end = await app.begin?.()
    for (const archive of await app.archives()) await ground().node.importImage(archive)
    await done(await create())
    expect(await read()).toMatchObject({ health: { state: 'healthy' }, simulated: false })
    const at = await service()
    await app.write(at)
    await app.read(at)
    // The stranger's own word first: it does reach what it may.
    await reached('http://stranger.strangers.svc.cluster.local/ready').toBe('200 ready')
    await reached(at.url).toMatch(/^502 .*refused/)
  })

  it(`${name} tells its logs and what it takes`, async () => {
    const logs = await client().readLogs({ params: key() })
    expect(logs.simulated).toBe(false)
    expect(logs.items.length).toBeGreaterThan(0)
    const usage = () => client().readMetrics({ params: key() })
    await expect
      .poll(async () => (await usage()).available, { timeout: USAGE_MS, interval: 1_000 })
      .toBe(true)
    const { simulated, items } = await usage()
    expect(simulated).toBe(false)
    expect(items.map(({ memory }) => memory.usage > 0)).toContain(true)
  })

  it(`${name} is updated, and rolled back, and keeps its data`, async () => {
    const before = await podsOf(ground(), name)
    await done(await update(asked(app.change)))
    expect(await podsOf(ground(), name)).not.toEqual(before)
    await app.read(await service())
    await done(await client().rollbackDeployment({ params: key(), body: { revision: 1 } }))
    expect((await read()).desired.settings).toMatchObject(app.asked?.settings ?? {})
    await app.read(await service())
  })

  it(`${name} is ended for its memory, told so, and put right`, async () => {
    const served = (await read()).revision
    const memory = app.tooLittleMemory
    const resources = { requests: { memory }, limits: { memory } }
    const starved = await update({ ...asked(), resources })
    const operation = await ended(ground().kade, starved, PATIENCE_MS)
    expect(operation).toMatchObject({ state: 'failed', cause: { code: 'out-of-memory' } })
    // What has no data of its own goes back by itself; whoever has waits for a person.
    if ((await claimsOf(ground(), name)).length > 0) {
      const body = { revision: served }
      await done(await client().rollbackDeployment({ params: key(), body }))
    }
    await expect
      .poll(async () => (await read()).health.state, { timeout: PATIENCE_MS, interval: 500 })
      .toBe('healthy')
    await app.read(await service())
  })

  it(`${name} is deleted with its data kept, and a new deployment takes it again`, async () => {
    const claims = await claimsOf(ground(), name)
    await done(await client().deleteDeployment({ params: key(), query: { data: 'keep' } }))
    expect(await claimsOf(ground(), name)).toEqual(claims)
    await done(await create())
    expect(await claimsOf(ground(), name)).toEqual(claims)
    await app.read(await service())
    await done(await client().deleteDeployment({ params: key(), query: { data: 'delete' } }))
  })
}

/** Where the Service of a deployment is: the one by which people open the app, else its first. */
async function addressOf({ node, namespace }: JourneyGround, name: string): Promise<string> {
  const text = await node.kubectl([
    'get',
    'services',
    '-n',
    namespace,
    '-o',
    'json',
    '-l',
    ownedBy(name),
  ])
  const { items } = JSON.parse(text) as {
    items: { metadata: { name: string }; spec: { ports: { port: number }[] } }[]
  }
  const found = items.find(one => one.metadata.name === name) ?? items[0]
  const port = found?.spec.ports[0]?.port
  if (!found || port === undefined) throw new Error(`${name} has no Service in ${namespace}.`)
  return `http://${found.metadata.name}.${namespace}.svc.cluster.local:${port}`
}

/** From the Secrets of the deployment, where its module reads it. */
async function secretOf(
  { node, namespace }: JourneyGround,
  name: string,
  wanted: string,
): Promise<string> {
  const list = ['get', 'secrets', '-n', namespace, '-o', 'json', '-l', ownedBy(name)]
  const { items } = JSON.parse(await node.kubectl(list)) as {
    items: { data?: Record<string, string> }[]
  }
  const value = items.map(one => one.data?.[wanted]).find(one => one !== undefined)
  if (value === undefined) throw new Error(`${name} has no secret ${wanted}.`)
  return Buffer.from(value, 'base64').toString()
}

/** What a pod of a namespace that has nothing to do with the app gets from an address. */
const reached = (url: string) =>
  expect.poll(() => reach('stranger.strangers', url), { timeout: 60_000 })

const podsOf = (ground: JourneyGround, name: string) => uidsOf(ground, 'pods', name)
const claimsOf = (ground: JourneyGround, name: string) =>
  uidsOf(ground, 'persistentvolumeclaims', name)

/** Which objects of a kind the deployment has, each known from another of the same name. */
async function uidsOf(
  { node, namespace }: JourneyGround,
  kind: string,
  name: string,
): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.uid}'
  const text = await node.kubectl(['get', kind, '-n', namespace, '-l', ownedBy(name), '-o', path])
  return text.split(' ').filter(Boolean).sort()
}

const ownedBy = (name: string) => `app.kubernetes.io/instance=${name}`
