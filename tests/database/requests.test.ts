import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.cluster('paris', 0)
  await ground.namespace('team-a', 'a')
  await ground.namespace('team-b', 'b')
  await ground.namespace('other', 'a')
})
afterAll(() => ground?.stop())

type Asked = Partial<CreateDeployment>

function bodyOf(asked: Asked): CreateDeployment {
  return { app: 'qdrant', namespace: 'team-a', name: freshName(), settings: {}, ...asked }
}

function create(asked: Asked = {}, actor = ada): Promise<OperationOfDeployment> {
  return ground.platform.createDeployment(actor, { body: bodyOf(asked) })
}

async function served(asked: Asked = {}, actor = ada): Promise<OperationOfDeployment> {
  const made = await create(asked, actor)
  const cluster = asked.cluster ?? 'amsterdam'
  await ground.hub.start(made.id, cluster, 'w1')
  await ground.hub.applied(await ground.claim(made.id, cluster))
  await ground.hub.observed([seen(made, { cluster })])
  return made
}

async function removed(made: OperationOfDeployment, data: 'keep' | 'delete'): Promise<void> {
  const gone = await ground.platform.deleteDeployment(ada, { ...at(made), query: { data } })
  await ground.hub.start(gone.id, 'amsterdam', 'w1')
  await ground.hub.removed(await ground.claim(gone.id, 'amsterdam'))
}

function at({ namespace, name }: { namespace: string; name: string }) {
  return { params: { namespace, name } }
}

async function secretsOf(made: OperationOfDeployment): Promise<Record<string, string>> {
  const order = await ground.hub.start(made.id, 'amsterdam', 'w1')
  if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
  return { ...order.step.secrets }
}

describe('a binding', () => {
  it('to a deployment on another cluster is refused, and says where it runs', async () => {
    await ground.namespace('spread', 'a', ['amsterdam', 'paris'])
    const provider = await served({ app: 'ollama', namespace: 'spread', cluster: 'paris' })
    const target = `spread/${provider.name}`
    const asked = { app: 'open-webui', namespace: 'spread', bindings: { llm: target } }
    await expect(create({ ...asked, cluster: 'amsterdam' })).rejects.toMatchObject({
      code: 'settings-invalid',
      details: {
        violations: [
          { pointer: '/bindings/llm', detail: { nl: expect.stringContaining('paris') } },
        ],
      },
    })
    expect((await create({ ...asked, cluster: 'paris' })).state).toBe('queued')
  })
})

describe('what belongs to another team is as if it were not there', () => {
  it('in every question and every change', async () => {
    const made = await served({ namespace: 'team-b' }, bob)
    const { platform } = ground
    const there = at(made)
    const calls: [string, () => Promise<unknown>][] = [
      ['read', () => platform.readDeployment(ada, there)],
      ['update', () => platform.updateDeployment(ada, { ...there, body: { settings: {} } })],
      ['delete', () => platform.deleteDeployment(ada, { ...there, query: { data: 'keep' } })],
      ['restart', () => platform.restartDeployment(ada, there)],
      [
        'rollback',
        () =>
          platform.rollbackDeployment(ada, {
            ...there,
            body: { revision: 1, configuration: 'now' },
          }),
      ],
      ['revisions', () => platform.listRevisions(ada, { ...there, query: { limit: 50 } })],
      ['objects', () => platform.listObjects(ada, there)],
      ['logs', () => platform.readLogs(ada, { ...there, query: { lines: 1 } })],
      ['metrics', () => platform.readMetrics(ada, there)],
      ['timeline', () => platform.readTimeline(ada, { ...there, query: { limit: 50 } })],
      ['operation', () => platform.readOperation(ada, { params: { operation: made.id } })],
      ['cancel', () => platform.cancelOperation(ada, { params: { operation: made.id } })],
      ['retry', () => platform.retryOperation(ada, { params: { operation: made.id } })],
      ['secrets', () => platform.listSecrets(ada, there)],
      ['secret', () => platform.revealSecret(ada, { params: { ...there.params, secret: 'x' } })],
      ['namespace', () => platform.readNamespace(ada, { params: { namespace: 'team-b' } })],
    ]
    for (const [what, call] of calls)
      await expect(call(), what).rejects.toMatchObject({
        code: 'not-found',
        text: { nl: expect.stringMatching(/^Er is geen (uitrol|bewerking|namespace) /) },
      })
    const lists = await Promise.all([
      platform.listDeployments(ada, { query: { limit: 200, sort: 'name', namespace: 'team-b' } }),
      platform.listOperations(ada, { query: { limit: 200, namespace: 'team-b' } }),
    ])
    expect(lists.map(list => list.items)).toEqual([[], []])
    expect(await platform.readDeployment(bob, there)).toMatchObject({ revision: 1 })
  })

  it('when it is named as a namespace or bound to', async () => {
    const { name } = await served({ namespace: 'team-b' }, bob)
    await expect(create({ namespace: 'team-b' })).rejects.toMatchObject({
      code: 'namespace-unknown',
    })
    const foreign = { app: 'open-webui', bindings: { vectors: `team-b/${name}` } }
    const nobodys = { app: 'open-webui', bindings: { vectors: 'team-b/nobody' } }
    const details = await Promise.all(
      [foreign, nobodys].map(asked =>
        create(asked).catch(error => JSON.stringify(error.details.violations)),
      ),
    )
    expect(String(details[0]).replaceAll(name, 'nobody')).toBe(details[1])
  })
})

describe('a cluster on which the namespace failed', () => {
  it('takes no deployment, while the others do', async () => {
    const namespace = freshName()
    await ground.namespace(namespace, 'a', ['amsterdam', 'paris'])
    await ground.hub.prepared(namespace, 'paris', 'The name is taken there.')
    const denied = create({ namespace, cluster: 'paris' })
    await expect(denied).rejects.toMatchObject({ code: 'policy-denied' })
    await create({ namespace, cluster: 'amsterdam' })
  })
})

describe('a preview', () => {
  const preview = (asked: Asked) => ground.platform.previewDeployment(ada, { body: bodyOf(asked) })

  it('forbids what a create would refuse: a cluster on which the namespace does not stand', async () => {
    const asked = { cluster: 'paris', name: freshName() }
    await expect(create(asked)).rejects.toMatchObject({ code: 'no-placement' })
    const { allowed, violations } = await preview(asked)
    expect(allowed).toBe(false)
    expect(violations.map(one => [one.pointer, one.detail.en.split(':')[0]])).toEqual([
      ['/cluster', 'amsterdam'],
      ['/cluster', 'paris'],
    ])
  })

  it('refuses the fields that are not built yet, as a create does', async () => {
    await expect(preview({ purpose: 'chat' })).rejects.toMatchObject({ code: 'not-yet-supported' })
  })

  it('does not let an update change the app, nor go to a cluster where it may not run', async () => {
    const { name } = await served()
    expect(await preview({ name })).toMatchObject({ allowed: true })
    const other = await preview({ name, app: 'ollama', cluster: 'paris' })
    expect(other.allowed).toBe(false)
    expect(other.violations.map(one => one.pointer)).toEqual(['/app', '/cluster', '/cluster'])
  })
})

describe('If-Match', () => {
  it('does not let an update undo a delete that its writer has not seen', async () => {
    const made = await served()
    const { etag } = await ground.platform.readDeployment(ada, at(made))
    await ground.platform.deleteDeployment(ada, { ...at(made), query: { data: 'keep' } })
    const body = { settings: {} }
    const late = ground.platform.updateDeployment(ada, { ...at(made), body, ifMatch: etag })
    await expect(late).rejects.toMatchObject({ code: 'stale' })
    const now = await ground.platform.readDeployment(ada, at(made))
    expect(now.operation).toMatchObject({ kind: 'delete', state: 'queued' })
    await ground.platform.updateDeployment(ada, { ...at(made), body, ifMatch: now.etag })
  })
})

describe('a retry', () => {
  it('is done once when it is asked for twice at the same moment', async () => {
    const made = await create()
    await ground.platform.cancelOperation(ada, { params: { operation: made.id } })
    const asked = { params: { operation: made.id } }
    const both = await Promise.allSettled(
      [1, 2].map(() => ground.platform.retryOperation(ada, asked)),
    )
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(one => one.status === 'rejected')?.reason).toMatchObject({ code: 'conflict' })
  })
})

describe('a host name', () => {
  const ingress = () => ({ host: `${freshName()}.example.nl` })

  it('leads to one deployment, of whatever team, until that one is gone', async () => {
    const host = ingress()
    const made = await served({ app: 'open-webui', ingress: host, bindings: llm })
    const again = { app: 'open-webui', ingress: host, bindings: llm }
    const refusal = {
      code: 'settings-invalid',
      details: { violations: [{ pointer: '/ingress/host' }] },
    }
    await expect(create(again)).rejects.toMatchObject(refusal)
    await expect(create({ ...again, namespace: 'team-b' }, bob)).rejects.toMatchObject(refusal)
    const body = { settings: {}, ingress: host, bindings: llm }
    await ground.platform.updateDeployment(ada, { ...at(made), body })
    await removed(made, 'keep')
    await create(again)
  })

  it('goes to one of two that ask for it at the same moment', async () => {
    const host = ingress()
    const asked = { app: 'open-webui', ingress: host, bindings: llm }
    const both = await Promise.allSettled([create(asked), create(asked)])
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  const llm = { llm: { url: 'https://llm.example/v1' } }
})

describe('the secrets of a deleted deployment', () => {
  it('stay with its kept data, for the next deployment of the name', async () => {
    const made = await create()
    const before = await secretsOf(made)
    await removed(made, 'keep')
    const again = await create({ name: made.name })
    expect(again.deployment).not.toBe(made.deployment)
    expect(await secretsOf(again)).toEqual(before)
    const left = await ground.context.database.query(
      'select deployment from kade.secret_version where deployment = any($1)',
      [[made.deployment, again.deployment]],
    )
    expect(left).toEqual([{ deployment: again.deployment }])
  })

  it.each([
    ['that follows erased data', 'delete', {}],
    ['of another app', 'keep', { app: 'litellm' }],
    ['in another namespace', 'keep', { namespace: 'other' }],
  ] as const)('are not given to a deployment %s', async (_, data, other) => {
    const made = await create()
    const before = Object.values(await secretsOf(made))
    await removed(made, data)
    const after = await create({ name: made.name, ...other })
    for (const value of Object.values(await secretsOf(after))) expect(before).not.toContain(value)
  })
})
