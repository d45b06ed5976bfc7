import { applyPatch } from 'rfc6902'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let namespace: string
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
})
beforeEach(async () => {
  namespace = await withRoomFor(2)
})
afterAll(() => ground?.stop())

async function withRoomFor(deployments: number, team = 'a'): Promise<string> {
  const name = freshName()
  await ground.namespace(name, team)
  await ground.context.database.query(
    `update kade.namespace set bounds = bounds || jsonb_build_object('deployments', $2::int) where name = $1`,
    [name, deployments],
  )
  return name
}

const bodyOf = (name = freshName()): CreateDeployment => ({
  app: 'qdrant',
  namespace,
  name,
  settings: {},
})
const create = (body = bodyOf()) => ground.platform.createDeployment(ada, { body })
const foresee = (body = bodyOf()) => ground.platform.previewDeployment(ada, { body })
const composed = (...names: string[]) => ({
  namespace,
  name: 'several',
  members: names.map(name => ({ app: 'qdrant', name, settings: {} })),
})
const full = { policy: 'namespace-deployments', severity: 'deny', path: '/namespace' }

describe('a namespace that holds as many deployments as it may', () => {
  it('takes no more, in a preview and in the request, and says why', async () => {
    expect((await foresee()).findings).toEqual([])
    const first = await create()
    await create()
    const preview = await foresee()
    expect(preview).toMatchObject({ allowed: false, findings: [full] })
    expect(preview.findings[0]?.message.nl).toBe(
      `${namespace} mag 2 uitrollen bevatten en heeft er 2; 1 erbij is te veel.`,
    )
    await expect(create()).rejects.toMatchObject({
      code: 'quota-exceeded',
      text: preview.findings[0]?.message,
      details: { findings: preview.findings.map(({ fix: _fix, ...rest }) => rest) },
    })
    // What is there may be changed, and a name that came free is taken anew.
    const params = { namespace, name: first.name }
    expect(await foresee(bodyOf(first.name))).toMatchObject({ findings: [] })
    await ground.platform.updateDeployment(ada, { params, body: { settings: {} } })
    const gone = await ground.platform.deleteDeployment(ada, { params, query: { data: 'delete' } })
    expect((await foresee()).findings).toMatchObject([full])
    await ground.hub.start(gone.id, 'amsterdam', 'w1')
    await ground.hub.removed(await ground.claim(gone.id))
    await create()
  })

  it('leads to another one of the team that has room, and to none of others', async () => {
    await create()
    await create()
    const body = bodyOf()
    await ground.context.database.query(
      `update kade.namespace set bounds = bounds || '{"deployments": 0}' where name <> $1`,
      [namespace],
    )
    await withRoomFor(5, 'b')
    expect((await foresee(body)).findings).toMatchObject([{ ...full, fix: null }])
    const other = await withRoomFor(1)
    const [finding] = (await foresee(body)).findings
    expect(finding?.fix).toEqual([{ op: 'replace', path: '/namespace', value: other }])
    applyPatch(body, [...(finding?.fix ?? [])] as never)
    await create(body)
    await expect(ground.platform.previewDeployment(bob, { body: bodyOf() })).resolves.toMatchObject(
      { allowed: false, findings: [{ policy: 'namespace-exists' }] },
    )
  })

  it('is never overfull, however many ask at the same moment', async () => {
    const answers = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => create()))
    expect(answers.filter(one => one.status === 'fulfilled')).toHaveLength(2)
  })

  it('takes a composition whole or not at all', async () => {
    const three = composed('one', 'two', 'three')
    expect(await ground.platform.previewComposition(ada, { body: three })).toMatchObject({
      allowed: false,
      findings: [full],
    })
    await expect(ground.platform.createComposition(ada, { body: three })).rejects.toMatchObject({
      code: 'quota-exceeded',
    })
    const two = composed('one', 'two')
    const { operations } = await ground.platform.createComposition(ada, { body: two })
    expect(operations).toHaveLength(2)
    expect(await ground.platform.previewComposition(ada, { body: two })).toMatchObject({
      allowed: true,
    })
  })

  it('leads a composition elsewhere only as long as none of its members is there', async () => {
    await withRoomFor(5)
    const three = composed('one', 'two', 'three')
    const foreseen = async () =>
      (await ground.platform.previewComposition(ada, { body: three })).findings
    expect(await foreseen()).toMatchObject([{ ...full, fix: [{ path: '/namespace' }] }])
    await ground.platform.createComposition(ada, { body: composed('one', 'two') })
    expect(await foreseen()).toMatchObject([{ ...full, fix: null }])
  })
})
