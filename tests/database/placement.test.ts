import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import { PlatformError } from '#platform/errors.ts'
import { readStream } from '#platform/events/store.ts'
import type { Amounts } from '#platform/federation/amounts.ts'
import { readCandidates } from '#platform/federation/candidates.ts'
import type { Survey } from '#platform/federation/survey.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen as sighting,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
const laws = { amsterdam: 'NL', paris: 'FR', warsaw: 'PL' }
beforeAll(async () => {
  ground = await platformGround()
  for (const [name, law] of Object.entries(laws)) {
    await ground.cluster(name, 0)
    await standUnder(name, law)
  }
  await ground.namespace('team-a', 'a', Object.keys(laws))
})
afterAll(() => ground?.stop())
beforeEach(() => ground.context.database.query('delete from kade.cluster_survey'))

function standUnder(name: string, law: string) {
  return ground.context.database.query(
    'update kade.cluster set jurisdiction = $2, region = $3 where name = $1',
    [name, law, `eu-${law.toLowerCase()}`],
  )
}

type Asked = Partial<CreateDeployment>
function bodyOf(asked: Asked): CreateDeployment {
  return { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {}, ...asked }
}
const create = (asked: Asked = {}) => ground.platform.createDeployment(ada, { body: bodyOf(asked) })
const preview = (asked: Asked = {}) =>
  ground.platform.previewDeployment(ada, { body: bodyOf(asked) })
type Made = { readonly namespace: string; readonly name: string }
const at = ({ namespace, name }: Made) => ({ params: { namespace, name } })
const read = (made: Made) => ground.platform.readDeployment(ada, at(made))

async function refusal(asked: Promise<unknown>): Promise<PlatformError> {
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof PlatformError) return error
  throw error ?? new Error('it was not refused')
}

/** A count of a cluster with one node of eight cores, of which so many are free. */
function survey(freeCores: number, more: Partial<Survey> = {}): Survey {
  const all: Amounts = { cpu: 8_000, memory: 2 ** 36, pods: 100, devices: {} }
  const free = { ...all, cpu: freeCores * 1_000 }
  const sums = { allocatable: all, requested: { ...all, cpu: 8_000 - free.cpu } }
  const rest = { nodes: 1, usable: 1, seen: {}, labels: {}, elastic: false }
  return { at: new Date(), ...rest, ...sums, rooms: [free], ...more }
}

describe('where a new deployment goes', () => {
  it('is previewed, done and kept the same, with a reason for every cluster', async () => {
    const asked = bodyOf({ dataClass: 'internal', placement: { regions: ['eu-fr', 'eu-pl'] } })
    const before = await preview(asked)
    expect(before).toMatchObject({ allowed: true, cluster: 'paris' })
    expect(before.placement.map(one => [one.cluster, one.chosen, one.code])).toEqual([
      ['amsterdam', false, 'region'],
      ['paris', true, 'best'],
      ['warsaw', false, 'not-needed'],
    ])
    const made = await create(asked)
    const { clusters, placement } = await read(made)
    expect(clusters).toEqual(['paris'])
    expect(placement).toMatchObject({
      dataClass: 'internal',
      wish: { regions: ['eu-fr', 'eu-pl'] },
      verdicts: before.placement,
    })
    const [event] = await readStream(ground.context.database, `deployment-${made.deployment}`)
    expect(event?.data).toMatchObject({ clusters: ['paris'], placement: { dataClass: 'internal' } })
    const { items } = await ground.platform.readTimeline(ada, { ...at(made), query: { limit: 5 } })
    expect(items.at(-1)?.text.nl).toContain('op paris. Het voldoet aan alles')
  })

  it('is the primary cluster where nothing is asked', async () => {
    expect((await read(await create())).clusters).toEqual(['amsterdam'])
  })

  it('follows what it is bound to, without being told', async () => {
    const models = await create({ app: 'ollama', cluster: 'warsaw' })
    const chat = await create({ app: 'open-webui', bindings: { llm: `team-a/${models.name}` } })
    const { clusters, placement } = await read(chat)
    expect(clusters).toEqual(['warsaw'])
    expect(placement?.verdicts[0]).toMatchObject({ cluster: 'amsterdam', code: 'beside' })
  })

  it('is nowhere under a law its data may not stand under, and each cluster says why', async () => {
    const asked = { dataClass: 'confidential', cluster: 'paris' } as const
    const refused = await refusal(create(asked))
    expect(refused.code).toBe('no-placement')
    expect(refused.details.violations?.map(one => [one.pointer, one.detail.en])).toEqual([
      ['/cluster', 'amsterdam: It would do, but paris was asked for.'],
      ['/dataClass', 'paris: Data of class "Confidential" may not stand under the law of FR.'],
      ['/dataClass', 'warsaw: Data of class "Confidential" may not stand under the law of PL.'],
    ])
    const before = await preview(asked)
    expect(before).toMatchObject({ allowed: false, cluster: null })
    expect(before.violations).toEqual(refused.details.violations)
    await standUnder('amsterdam', 'unknown')
    expect((await refusal(create({ dataClass: 'confidential' }))).code).toBe('no-placement')
    await standUnder('amsterdam', 'NL')
    expect((await read(await create({ dataClass: 'confidential' }))).clusters).toEqual([
      'amsterdam',
    ])
  })

  it('is no cluster of which nothing is heard', async () => {
    const { database } = ground.context
    const silent = (seconds: number) =>
      database.query(
        `update kade.cluster set heartbeat_at = now() - make_interval(secs => $1) where name = 'amsterdam'`,
        [seconds],
      )
    await silent(21)
    const { cluster, placement } = await preview()
    expect(cluster).toBe('paris')
    expect(placement[0]).toMatchObject({ cluster: 'amsterdam', code: 'unknown' })
    expect((await refusal(create({ cluster: 'amsterdam' }))).code).toBe('no-placement')
    await silent(-86_400)
  })

  it('is as many clusters as were asked, and one under each law it may stand under', async () => {
    const two = await preview({ placement: { clusters: 2 } })
    expect(two).toMatchObject({ allowed: true, clusters: ['amsterdam', 'paris'] })
    const all = await read(await create({ placement: { clusters: 'all' } }))
    expect(all.clusters).toEqual(['amsterdam', 'paris', 'warsaw'])
    const wish = { clusters: 'all' as const, regions: ['eu-fr', 'eu-pl'] }
    expect((await read(await create({ placement: wish }))).clusters).toEqual(['paris', 'warsaw'])
    const tooMany = await refusal(create({ placement: { clusters: 4 } }))
    expect(tooMany.code).toBe('no-placement')
    const near = { clusters: 2, spread: { max: 1 } } as const
    expect((await refusal(create({ placement: near }))).code).toBe('no-placement')
  })
})

describe('a deployment over data that was kept', () => {
  /** One that ran on paris, with data that may not stand everywhere, and was deleted. */
  async function leave(data: 'keep' | 'delete') {
    const made = await create({ cluster: 'paris', dataClass: 'personal' })
    await ground.hub.start(made.id, 'paris', 'w1')
    await ground.hub.applied(await ground.claim(made.id, 'paris'))
    await ground.hub.observed([sighting(made, { cluster: 'paris' })])
    const gone = await ground.platform.deleteDeployment(ada, { ...at(made), query: { data } })
    await ground.hub.start(gone.id, 'paris', 'w1')
    await ground.hub.removed(await ground.claim(gone.id, 'paris'))
    return made
  }
  const secretsOf = (deployment: string) =>
    ground.context.database.query('select from kade.secret_version where deployment = $1', [
      deployment,
    ])

  it('goes where the data stands, and the data stays of its class unless another is said', async () => {
    const { name, deployment } = await leave('keep')
    const before = await preview({ name })
    expect(before).toMatchObject({ allowed: true, cluster: 'paris' })
    expect(before.placement.map(one => [one.cluster, one.code])).toEqual([
      ['amsterdam', 'data-elsewhere'],
      ['paris', 'data-here'],
      ['warsaw', 'data-elsewhere'],
    ])
    const again = await create({ name })
    const { clusters, placement } = await read(again)
    expect([clusters, placement?.dataClass]).toEqual([['paris'], 'personal'])
    expect([await secretsOf(deployment), await secretsOf(again.deployment)]).toEqual([[], [{}]])
    const other = await leave('keep')
    const open = await read(await create({ name: other.name, dataClass: 'public' }))
    expect([open.clusters, open.placement?.dataClass]).toEqual([['paris'], 'public'])
  })

  it('is refused where it cannot go there, until somebody names another cluster, where it begins anew', async () => {
    const { name, deployment } = await leave('keep')
    const params = { cluster: 'paris' }
    await ground.platform.cordonCluster(ada, { params, body: {} })
    const refused = await refusal(create({ name }))
    await ground.platform.uncordonCluster(ada, { params })
    expect(refused.code).toBe('no-placement')
    expect(refused.text.en).toContain('stands on paris')
    expect(refused.text.nl).toContain('staan op paris')
    expect(refused.details.next).toMatchObject({ en: expect.stringContaining('--cluster') })
    const elsewhere = await create({ name, cluster: 'warsaw' })
    const { clusters, placement } = await read(elsewhere)
    expect([clusters, placement?.dataClass]).toEqual([['warsaw'], undefined])
    expect(await secretsOf(deployment)).toEqual([{}])
  })

  it('goes anywhere where the data was deleted', async () => {
    const { name } = await leave('delete')
    const { clusters, placement } = await read(await create({ name }))
    expect([clusters, placement?.dataClass]).toEqual([['amsterdam'], undefined])
  })
})

describe('room', () => {
  /** A cluster with nothing else on it, and a namespace there. */
  async function alone(name: string): Promise<void> {
    await ground.cluster(name, 0)
    await ground.namespace(`on-${name}`, 'a', [name])
  }
  const large = { resources: { requests: { cpu: '3' }, limits: { cpu: '3' } } }

  it('that is taken by what was accepted is not given twice, and is free again when that is counted', async () => {
    await ground.hub.surveyed('amsterdam', survey(7))
    const first = await create(large)
    const second = await create(large)
    expect([(await read(first)).clusters, (await read(second)).clusters]).toEqual([
      ['amsterdam'],
      ['amsterdam'],
    ])
    const third = await preview(large)
    expect(third.cluster).toBe('paris')
    expect(third.placement[0]).toMatchObject({ cluster: 'amsterdam', code: 'no-room' })
    // The next count sees the pods of both: they are in it, and not deducted once more.
    const pods = { cpu: 3_000, memory: 2 ** 30, pods: 1, devices: {} }
    const seen = { [first.deployment]: pods, [second.deployment]: pods }
    const later = new Date(Date.now() + 1_000)
    await ground.hub.surveyed('amsterdam', survey(4, { seen, at: later }))
    expect((await preview(large)).cluster).toBe('amsterdam')
  })

  it('of a deployment that came to nothing is free again with the next count', async () => {
    await alone('leiden')
    await ground.hub.surveyed('leiden', survey(4))
    const asked = { ...large, namespace: 'on-leiden' }
    const made = await create(asked)
    expect((await preview(asked)).cluster).toBe(null)
    await ground.platform.cancelOperation(ada, { params: { operation: made.id } })
    expect((await preview(asked)).cluster).toBe(null)
    await ground.hub.surveyed('leiden', survey(4, { at: new Date(Date.now() + 1_000) }))
    expect((await preview(asked)).cluster).toBe('leiden')
  })

  it('is taken by an update only as far as it asks for more', async () => {
    const small = { resources: { requests: { cpu: '1' }, limits: { cpu: '3' } } }
    await alone('delft')
    const made = await create({ ...small, namespace: 'on-delft' })
    await ground.hub.start(made.id, 'delft', 'w1')
    await ground.hub.applied(await ground.claim(made.id, 'delft'))
    await ground.hub.observed([sighting(made, { cluster: 'delft' })])
    await ground.hub.surveyed('delft', survey(4, { at: new Date(Date.now() + 50) }))
    const assumed = async () => {
      const found = await readCandidates(ground.context.database, null, new Date())
      return found.find(one => one.name === 'delft')?.assumed.map(one => one.request.cpu)
    }
    expect(await assumed()).toEqual([])
    ground.pass(1)
    await ground.platform.restartDeployment(ada, at(made))
    expect(await assumed()).toEqual([])
    await ground.platform.updateDeployment(ada, {
      ...at(made),
      body: { settings: {}, resources: large.resources },
    })
    expect(await assumed()).toEqual([3_000])
  })
})

describe('an update', () => {
  it('keeps the class of its data, and is refused one that may not stand where it runs', async () => {
    const made = await create({ dataClass: 'internal', cluster: 'paris' })
    const update = (body: Asked) =>
      ground.platform.updateDeployment(ada, { ...at(made), body: { settings: {}, ...body } })
    await update({})
    expect((await read(made)).placement).toMatchObject({ dataClass: 'internal' })
    const refused = await refusal(update({ dataClass: 'confidential' }))
    expect(refused.code).toBe('no-placement')
    expect(refused.details.violations).toMatchObject([{ pointer: '/dataClass' }])
    const body = bodyOf({ name: made.name, dataClass: 'confidential' })
    expect(await preview(body)).toMatchObject({ allowed: false, cluster: 'paris' })
    await update({ dataClass: 'personal' })
    // It is where somebody named, whatever else was asked since: it does not move away by itself.
    expect((await read(made)).placement).toMatchObject({
      dataClass: 'personal',
      verdicts: [{ cluster: 'paris', chosen: true, code: 'asked' }],
    })
  })

  it('tells nothing anew where nothing of its place was changed', async () => {
    const made = await create({ dataClass: 'internal' })
    const body = { settings: {}, dataClass: 'internal' as const }
    await ground.platform.updateDeployment(ada, { ...at(made), body })
    const events = await readStream(ground.context.database, `deployment-${made.deployment}`)
    const told = events.flatMap(one => (one.type === 'DeploymentRequested' ? [one.data] : []))
    expect(told.map(one => one.placement !== undefined)).toEqual([true, false])
  })
})

it('gives no worker what its cluster may not hold, whatever was decided before', async () => {
  const causeUnder = async (law: string) => {
    const made = await create({ dataClass: 'confidential' })
    await standUnder('amsterdam', law)
    expect(await ground.hub.start(made.id, 'amsterdam', 'w1')).toBe(null)
    await standUnder('amsterdam', 'NL')
    const params = { operation: made.id }
    const { state, cause } = await ground.platform.readOperation(ada, { params })
    expect([state, cause?.code]).toEqual(['failed', 'residency'])
    return cause?.message
  }
  expect(await causeUnder('DE')).toEqual({
    en: 'Data of class "Confidential" may not stand on amsterdam, where the law of DE holds.',
    nl: 'Gegevens van de klasse "Vertrouwelijk" mogen niet op amsterdam staan, waar het recht van DE geldt.',
  })
  expect(await causeUnder('unknown')).toEqual({
    en: 'Data of class "Confidential" may not stand on amsterdam: whose law holds there is not known.',
    nl: 'Gegevens van de klasse "Vertrouwelijk" mogen niet op amsterdam staan: welk recht daar geldt is onbekend.',
  })
})

describe('a cordoned cluster', () => {
  const params = { cluster: 'amsterdam' }
  const cordon = (reason?: string) =>
    ground.platform.cordonCluster(ada, { params, body: reason ? { reason } : {} })
  const cordonOf = async () => {
    const { items } = await ground.platform.listClusters(ada, { query: { limit: 50 } })
    return items.find(one => one.name === 'amsterdam')?.cordon
  }

  it('takes nothing new, whoever names it, and leaves alone what runs there', async () => {
    const made = await create()
    await cordon('its nodes are replaced')
    expect(await cordonOf()).toMatchObject({ by: 'ada', reason: 'its nodes are replaced' })
    const next = await preview()
    expect(next.cluster).toBe('paris')
    expect(next.placement[0]).toMatchObject({ cluster: 'amsterdam', code: 'cordoned' })
    expect((await refusal(create({ cluster: 'amsterdam' }))).code).toBe('no-placement')
    const update = { ...at(made), body: { settings: {} } }
    expect((await ground.platform.updateDeployment(ada, update)).state).toBe('queued')
    await ground.platform.uncordonCluster(ada, { params })
    expect(await cordonOf()).toBe(null)
    expect((await preview()).cluster).toBe('amsterdam')
  })

  it('is told once, with who and why, and one that is not there is not found', async () => {
    await cordon('first')
    await cordon('first')
    await cordon('second')
    for (const _ of [1, 2]) await ground.platform.uncordonCluster(ada, { params })
    const told = await readStream(ground.context.database, 'cluster-amsterdam')
    expect(told.slice(-3).map(({ type, data }) => [type, data])).toEqual([
      ['ClusterCordoned', { cluster: 'amsterdam', reason: 'first', actor: 'ada', via: 'api' }],
      ['ClusterCordoned', { cluster: 'amsterdam', reason: 'second', actor: 'ada', via: 'api' }],
      ['ClusterUncordoned', { cluster: 'amsterdam', actor: 'ada', via: 'api' }],
    ])
    const nowhere = { params: { cluster: 'nowhere' } }
    expect((await refusal(ground.platform.uncordonCluster(ada, nowhere))).code).toBe('not-found')
  })
})
