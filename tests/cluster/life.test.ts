import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateDeployment } from '#api/deployments.ts'
import { run } from '#cli/program.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import {
  adminOf,
  ask,
  deployed,
  ended,
  ownedObjects,
  preparedNamespace,
  problemOf,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { foreignModule } from '#tests/support/foreign-module.ts'
import { type HeardEvents, hearEvents } from '#tests/support/heard-events.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'

let kade: RunningKade
let admin: KubeApi
let heard: HeardEvents
const namespace = 'harbour'

beforeAll(async () => {
  kade = await startKade()
  admin = await adminOf(kade.home)
  heard = await hearEvents(kade)
  await preparedNamespace(kade, namespace)
})

afterAll(async () => {
  heard?.stop()
  await admin?.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

function at(name: string) {
  return { params: { namespace, name } }
}

function live(kind: string, name: string, apiVersion = 'v1'): Promise<LiveObject | null> {
  return admin.get({ apiVersion, kind, namespace, name })
}

/** The only container of a Deployment's pods, in the words of its YAML. */
async function podTemplate(name: string): Promise<string> {
  const deployment = await live('Deployment', name, 'apps/v1')
  return JSON.stringify(deployment?.spec)
}

/** Values of the Secret of a deployment, as only the admin can read them. */
async function secretOf(name: string, version = 1): Promise<Record<string, string>> {
  const secret = await live('Secret', `${name}-secrets-${version}`)
  // A Secret's data is base64 text by key.
  const data = (secret?.data ?? {}) as Record<string, string>
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  )
}

describe('the life of a deployment', () => {
  const name = 'vectors'
  const wish = { app: 'qdrant', namespace, name } as const
  let id: string
  let claim: string | undefined

  it('begins with an answer that says where to look, before any pod runs', async () => {
    const response = await fetch(`${kade.url}/api/v1/deployments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${kade.token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(wish),
    })
    expect(response.status).toBe(202)
    const operation = await response.json()
    expect(response.headers.get('location')).toBe(`/api/v1/operations/${operation.id}`)
    const deployment = await kade.client.readDeployment(at(name))
    expect(deployment).toMatchObject({
      app: 'qdrant',
      revision: 1,
      clusters: ['amsterdam'],
      simulated: true,
      operation: { id: operation.id, kind: 'create' },
    })
    id = deployment.id
    await succeeded(kade, operation)
  })

  it('is healthy when its pods serve, and says that they are simulated', async () => {
    expect(await kade.client.readDeployment(at(name))).toMatchObject({
      desired: { revision: 1, replicas: 1 },
      applied: { revision: 1 },
      health: { state: 'healthy', reason: { nl: expect.stringContaining('(gesimuleerd)') } },
      operation: { state: 'succeeded', attempt: 1 },
      drift: false,
    })
  })

  it('stands in the cluster as objects that are owned and labelled', async () => {
    const objects = await ownedObjects(admin, namespace, id)
    expect(objects.map(one => `${one.kind}/${one.metadata.name}`).toSorted()).toEqual([
      'ConfigMap/vectors-kade',
      'Deployment/vectors',
      'NetworkPolicy/vectors',
      'PersistentVolumeClaim/vectors-storage',
      'Secret/vectors-secrets-1',
      'Service/vectors',
      'ServiceAccount/vectors',
    ])
    const parent = objects.find(one => one.metadata.name === 'vectors-kade')
    const set = parent?.metadata.labels?.['applyset.k8s.io/id']
    expect(set).toMatch(/^applyset-[\w-]{43}-v1$/)
    for (const object of objects) {
      const { labels, annotations, managedFields } = object.metadata
      expect(annotations).toMatchObject({ [annotation.revision]: '1' })
      expect(annotations?.[annotation.operation]).toMatch(/^[0-9a-f-]{36}$/)
      expect(managedFields?.find(one => one.operation === 'Apply')?.manager).toBe('kade')
      expect(labels?.['app.kubernetes.io/managed-by']).toBe('kade')
      if (object === parent) continue
      expect(annotations?.[annotation.moduleDigest]).toMatch(/^sha256:|^[0-9a-f]{64}/)
      expect(labels).toMatchObject({
        'applyset.k8s.io/part-of': set,
        [label.deployment]: id,
        'app.kubernetes.io/name': 'qdrant',
        'app.kubernetes.io/instance': name,
        'app.kubernetes.io/version': '1.19.0',
        'app.kubernetes.io/part-of': name,
      })
    }
    claim = (await live('PersistentVolumeClaim', 'vectors-storage'))?.metadata.uid
  })

  it('changes by an update, and only for who saw its newest revision', async () => {
    const { etag } = await kade.client.readDeployment(at(name))
    const body = { settings: { logLevel: 'DEBUG' }, reason: 'looking for a leak' }
    await succeeded(kade, await kade.client.updateDeployment({ ...at(name), body, ifMatch: etag }))
    expect(await podTemplate(name)).toContain('"DEBUG"')
    const late = kade.client.updateDeployment({ ...at(name), body, ifMatch: etag })
    expect(await problemOf(late)).toMatchObject({ code: 'stale', status: 412 })
  })

  it('takes one of two changes that saw the same revision', async () => {
    const { etag, revision } = await kade.client.readDeployment(at(name))
    const change = (maxRequestMB: number) =>
      kade.client.updateDeployment({
        ...at(name),
        body: { settings: { maxRequestMB } },
        ifMatch: etag,
      })
    const both = await Promise.allSettled([40, 41, 42, 43].map(change))
    const won = both.filter(one => one.status === 'fulfilled')
    expect(won).toHaveLength(1)
    for (const one of won) await succeeded(kade, one.value)
    expect((await kade.client.readDeployment(at(name))).revision).toBe(revision + 1)
  })

  it('can be told apart by its revisions', async () => {
    const { items } = await kade.client.listRevisions(at(name))
    expect(items.map(one => [one.number, one.result])).toEqual([
      [3, 'succeeded'],
      [2, 'succeeded'],
      [1, 'succeeded'],
    ])
    const [, second, first] = items
    expect(second).toMatchObject({ reason: 'looking for a leak', settings: { logLevel: 'DEBUG' } })
    expect(first?.settings).toMatchObject({ logLevel: 'INFO' })
    expect(second?.objectsDigest).not.toBe(first?.objectsDigest)
  })

  it('goes back to how it was then, as a new revision', async () => {
    const body = { revision: 1, configuration: 'then' } as const
    const operation = await kade.client.rollbackDeployment({ ...at(name), body })
    await succeeded(kade, operation)
    const [newest, , , first] = (await kade.client.listRevisions(at(name))).items
    expect(newest).toMatchObject({ number: 4, objectsDigest: first?.objectsDigest })
    expect(await podTemplate(name)).toContain('"INFO"')
    const back = await heard.heard(operation.id, 'DeploymentRolledBack')
    expect(back.data).toMatchObject({ from: 3, to: 1, automatic: false })
  })

  it('goes back to old settings with the secrets and bindings of now', async () => {
    const body = { revision: 2, configuration: 'now' } as const
    await succeeded(kade, await kade.client.rollbackDeployment({ ...at(name), body }))
    expect(await podTemplate(name)).toContain('"DEBUG"')
    const unknown = kade.client.rollbackDeployment({ ...at(name), body: { revision: 99 } })
    expect(await problemOf(unknown)).toMatchObject({
      code: 'request-invalid',
      violations: [{ pointer: '/revision' }],
    })
  })

  it('replaces its pods by a restart, and keeps its settings', async () => {
    const pods = () =>
      admin.list('v1', 'Pod', { namespace, labelSelector: `${label.deployment}=${id}` })
    const before = (await pods()).items.map(pod => pod.metadata.uid)
    await succeeded(kade, await kade.client.restartDeployment(at(name)))
    const { items } = await pods()
    expect(items.filter(pod => before.includes(pod.metadata.uid))).toEqual([])
    expect(items.length).toBeGreaterThan(0)
    expect(await podTemplate(name)).toContain('"DEBUG"')
  })

  it('shows a change by hand as drift until an update takes it away', async () => {
    await admin.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name }, [
      {
        op: 'replace',
        path: '/spec/template/spec/containers/0/image',
        value: 'docker.io/evil/qdrant:v9',
      },
    ])
    await until(async () =>
      expect(await kade.client.readDeployment(at(name))).toMatchObject({ drift: true }),
    )
    const { items } = await kade.client.listObjects(at(name))
    const changed = items.find(one => one.kind === 'Deployment')?.drift ?? []
    expect(changed).toContainEqual(expect.objectContaining({ live: 'docker.io/evil/qdrant:v9' }))
    await succeeded(
      kade,
      await kade.client.updateDeployment({ ...at(name), body: { settings: {} } }),
    )
    expect(await podTemplate(name)).not.toContain('evil')
    await until(async () =>
      expect(await kade.client.readDeployment(at(name))).toMatchObject({ drift: false }),
    )
  })

  it('leaves its data behind when asked, and nothing else', async () => {
    await succeeded(kade, await kade.client.deleteDeployment(at(name)))
    expect(await problemOf(kade.client.readDeployment(at(name)))).toMatchObject({
      code: 'not-found',
    })
    expect(await ownedObjects(admin, namespace, id)).toEqual([])
    const kept = await live('PersistentVolumeClaim', 'vectors-storage')
    expect(kept?.metadata).toMatchObject({ uid: claim, labels: { [label.data]: 'keep' } })
    const { items } = await kade.client.listOperations({ query: { namespace, name } })
    expect(items[0]).toMatchObject({ kind: 'delete', state: 'succeeded', deployment: id })
    expect(items.at(-1)).toMatchObject({ kind: 'create', state: 'succeeded' })
  })

  it('finds its data again under the same name, and takes it along when told to', async () => {
    const again = await deployed(kade, wish)
    expect(again).toMatchObject({ revision: 1, health: { state: 'healthy' } })
    expect(again.id).not.toBe(id)
    const taken = await live('PersistentVolumeClaim', 'vectors-storage')
    expect(taken?.metadata).toMatchObject({ uid: claim, labels: { [label.deployment]: again.id } })
    await succeeded(
      kade,
      await kade.client.deleteDeployment({ ...at(name), query: { data: 'delete' } }),
    )
    expect(await live('PersistentVolumeClaim', 'vectors-storage')).toBeNull()
    expect(await ownedObjects(admin, namespace, again.id)).toEqual([])
  })

  it('was told event by event, each operation in order and with one end', async () => {
    const { items } = await kade.client.listOperations({ query: { namespace, name } })
    const ends = {
      create: ['DeploymentCompleted'],
      update: ['DeploymentCompleted'],
      restart: ['DeploymentCompleted'],
      rollback: ['DeploymentCompleted', 'DeploymentRolledBack'],
      move: ['DeploymentMoved', 'DeploymentCompleted'],
      delete: ['DeploymentDeleted'],
    }
    for (const { id: operation, kind, attempt } of items) {
      await heard.heard(operation, ends[kind].at(-1) ?? '')
      const started = Array.from({ length: attempt }, () => 'DeploymentStarted')
      const names = heard.namesOf(operation).filter(
        // A place tells, when it is emptied, what became of the data.
        one => one !== 'DeploymentStarted' && one !== 'PlaceEmptied',
      )
      expect(names).toEqual([
        'DeploymentRequested',
        ...(kind === 'delete' ? [] : ['DeploymentApplied']),
        ...ends[kind],
      ])
      expect(heard.namesOf(operation).filter(one => one === 'DeploymentStarted')).toEqual(started)
    }
  })
})

describe('bindings', () => {
  it('let a chat app reach its model server, and open the network for nobody else', async () => {
    const [models, chat] = await Promise.all([
      ask(kade, { app: 'ollama', namespace, name: 'models' }),
      ask(kade, { app: 'litellm', namespace, name: 'proxy' }),
    ])
    await Promise.all([succeeded(kade, models), succeeded(kade, chat)])
    const bound = await deployed(kade, {
      app: 'open-webui',
      namespace,
      name: 'chat',
      bindings: { llm: `${namespace}/models` },
    })
    expect(await podTemplate('chat')).toContain(`"http://models.${namespace}.svc:11434/v1"`)
    const provider = await kade.client.readDeployment(at('models'))
    const policy = await live('NetworkPolicy', 'chat', 'networking.k8s.io/v1')
    expect(JSON.stringify(policy?.spec)).toContain(provider.id)
    const door = await live('NetworkPolicy', 'models', 'networking.k8s.io/v1')
    const uses = `uses.kade.dev/${provider.id}`
    expect(JSON.stringify(door?.spec)).toContain(uses)
    const { items } = await admin.list('v1', 'Pod', { namespace, labelSelector: uses })
    const owners = new Set(items.map(pod => pod.metadata.labels?.[label.deployment]))
    expect([...owners]).toEqual([bound.id])
  })

  it('hand a generated key to who is bound, and forget the old binding with its secret', async () => {
    const body = { settings: {}, bindings: { llm: `${namespace}/proxy` } }
    await succeeded(kade, await kade.client.updateDeployment({ ...at('chat'), body }))
    const key = (await secretOf('proxy')).masterKey
    expect(key).toMatch(/^sk-/)
    expect((await secretOf('chat', 2))['llm.key']).toBe(key)
    expect(await live('Secret', 'chat-secrets-1')).toBeNull()
    expect(await podTemplate('chat')).toContain('"llm.key"')
    expect(JSON.stringify(await kade.client.readDeployment(at('chat')))).not.toContain(key)
  })

  it('are refused where nothing of that name offers what is needed', async () => {
    const wish = { app: 'open-webui', namespace, name: 'unbound' }
    const nothing = await problemOf(ask(kade, wish))
    expect(nothing).toMatchObject({
      code: 'settings-invalid',
      violations: [{ pointer: '/bindings/llm' }],
    })
    const wrong = await problemOf(ask(kade, { ...wish, bindings: { llm: 'elsewhere/models' } }))
    expect(wrong.violations).toMatchObject([{ pointer: '/bindings/llm' }])
  })
})

describe('secrets', () => {
  const canary = `canary-${randomUUID()}`

  it('reach the pods and are told to nobody who asks', async () => {
    const name = 'secretive'
    await deployed(kade, { app: 'litellm', namespace, name, secrets: { openaiKey: canary } })
    expect((await secretOf(name)).openaiKey).toBe(canary)
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${kade.token}` }
      const response = await fetch(`${kade.url}/api/v1${path}`, { headers })
      expect(response.status, path).toBe(200)
      return response.text()
    }
    const one = `/deployments/${namespace}/${name}`
    const parts = ['', '/revisions', '/objects', '/timeline', '/logs']
    const told = await Promise.all(
      [...parts.map(part => `${one}${part}`), '/operations', '/deployments'].map(get),
    )
    const body: CreateDeployment = { app: 'litellm', namespace, name, settings: {} }
    told.push(
      JSON.stringify(
        await kade.client.previewDeployment({
          body: { ...body, secrets: { openaiKey: `${canary}-2` } },
        }),
      ),
      JSON.stringify(heard.events),
      kade.output(),
    )
    const generated = Object.values(await secretOf(name))
    for (const text of told)
      for (const value of generated) expect(text.includes(value), 'a secret was told').toBe(false)
  })

  it('stay when an update does not name them, and change when it does', async () => {
    const name = 'secretive'
    const before = await secretOf(name)
    await succeeded(
      kade,
      await kade.client.updateDeployment({ ...at(name), body: { settings: { retries: 3 } } }),
    )
    expect(await secretOf(name)).toEqual(before)
    const body = { settings: {}, secrets: { openaiKey: `${canary}-new` } }
    await succeeded(kade, await kade.client.updateDeployment({ ...at(name), body }))
    expect(await secretOf(name, 2)).toEqual({ ...before, openaiKey: `${canary}-new` })
    expect(await live('Secret', `${name}-secrets-1`)).toBeNull()
  })

  it('of a cancelled update go with the next operation that serves', async () => {
    const name = 'secretive'
    let cancelled = false
    // An update that was quicker than its cancellation is a next one's beginning.
    for (let turn = 1; !cancelled && turn < 20; turn++) {
      const body = { settings: {}, secrets: { openaiKey: `${canary}-${turn}` } }
      const { id } = await kade.client.updateDeployment({ ...at(name), body })
      await heard.heard(id, 'DeploymentApplied')
      const cancel = kade.client.cancelOperation({ params: { operation: id } })
      cancelled = await cancel.then(
        () => true,
        () => false,
      )
    }
    expect(cancelled).toBe(true)
    const restart = await succeeded(kade, await kade.client.restartDeployment(at(name)))
    const objects = await ownedObjects(admin, namespace, restart.deployment)
    expect(objects.filter(one => one.kind === 'Secret')).toHaveLength(1)
    const revisions = objects.map(one => one.metadata.annotations?.[annotation.revision])
    expect(new Set(revisions)).toEqual(new Set([String(restart.revision)]))
  })

  it('are refused as plain environment, which everybody may read', async () => {
    const env = { OPENAI_API_KEY: 'hello', LOG: 'debug', DSN: 'postgres://me:pass@host/db' }
    const problem = await problemOf(ask(kade, { app: 'qdrant', namespace, name: 'leaky', env }))
    expect(problem).toMatchObject({ code: 'settings-invalid' })
    expect(problem.violations?.map(one => one.pointer)).toEqual(['/env/OPENAI_API_KEY', '/env/DSN'])
    expect(JSON.stringify(problem)).not.toContain('pass@')
  })
})

describe('a name', () => {
  it('is given to one of many who ask for it at the same moment', async () => {
    const wish = { app: 'qdrant', namespace, name: 'wanted' }
    const asked = await Promise.allSettled(Array.from({ length: 6 }, () => ask(kade, wish)))
    const won = asked.filter(one => one.status === 'fulfilled')
    expect(won).toHaveLength(1)
    const lost = asked.flatMap(one => (one.status === 'rejected' ? [one.reason.problem] : []))
    expect(lost).toHaveLength(5)
    for (const problem of lost) expect(problem).toMatchObject({ code: 'name-taken', status: 409 })
    for (const one of won) await succeeded(kade, one.value)
  })

  it('may be asked for twice with one key, and is answered once', async () => {
    const body = { app: 'qdrant', namespace, name: 'once', settings: {} }
    const idempotencyKey = randomUUID()
    const create = () => kade.client.createDeployment({ body, idempotencyKey })
    const [first, second] = await Promise.all([create(), create()])
    expect(second.id).toBe(first.id)
    await succeeded(kade, first)
    const other = { ...body, name: 'twice' }
    const reused = kade.client.createDeployment({ body: other, idempotencyKey })
    expect(await problemOf(reused)).toMatchObject({ code: 'idempotency-key-reused' })
  })
})

describe('a preview', () => {
  it('says what a new deployment would make, and makes nothing', async () => {
    const body = { app: 'qdrant', namespace, name: 'perhaps', settings: {} }
    const preview = await kade.client.previewDeployment({ body })
    expect(preview).toMatchObject({
      allowed: true,
      checked: 'cluster',
      cluster: 'amsterdam',
      simulated: true,
      violations: [],
      resources: { cpu: '200m', memory: '512Mi', storage: '10Gi' },
    })
    expect(new Set(preview.changes.map(one => one.change))).toEqual(new Set(['create']))
    expect(await live('Deployment', 'perhaps', 'apps/v1')).toBeNull()
    expect(await problemOf(kade.client.readDeployment(at('perhaps')))).toMatchObject({
      code: 'not-found',
    })
  })

  it('says what would change of an existing one, before and after', async () => {
    const settings = { logLevel: 'WARN' }
    const preview = await kade.client.previewDeployment({
      body: { app: 'qdrant', namespace, name: 'once', settings },
    })
    expect(preview).toMatchObject({ allowed: true, checked: 'cluster' })
    const changed = preview.changes.filter(one => one.change !== 'unchanged')
    expect(changed).toMatchObject([{ kind: 'Deployment', change: 'change' }])
    expect(JSON.stringify(changed[0]?.before)).toContain('"INFO"')
    expect(JSON.stringify(changed[0]?.after)).toContain('"WARN"')
  })

  it('shows what a policy would refuse, with a fix, and the deployment is refused alike', async () => {
    const body = {
      app: 'qdrant',
      namespace,
      name: 'greedy',
      settings: {},
      resources: { requests: { cpu: '400' }, limits: { cpu: '400' } },
    }
    const preview = await kade.client.previewDeployment({ body })
    expect(preview.allowed).toBe(false)
    const denied = preview.findings.filter(one => one.severity === 'deny')
    expect(denied.length).toBeGreaterThan(0)
    const problem = await problemOf(kade.client.createDeployment({ body }))
    expect(problem).toMatchObject({ code: 'policy-denied', status: 422 })
    expect(problem.findings).toEqual(preview.findings)
  })
})

describe('operations', () => {
  it('give way to a newer request, which then decides', async () => {
    const first = await ask(kade, { app: 'mlflow', namespace, name: 'runs' })
    const update = { ...at('runs'), body: { settings: {} } }
    const second = await kade.client.updateDeployment(update)
    expect(await ended(kade, first)).toMatchObject({
      state: 'cancelled',
      cause: { code: 'superseded' },
    })
    await succeeded(kade, second)
    const objects = await ownedObjects(admin, namespace, second.deployment)
    expect(new Set(objects.map(one => one.metadata.annotations?.[annotation.revision]))).toEqual(
      new Set(['2']),
    )
  })

  it('can be cancelled and tried again, as a new operation that names the old one', async () => {
    const asked = await kade.client.restartDeployment(at('runs'))
    const cancelled = await kade.client.cancelOperation({ params: { operation: asked.id } })
    expect(cancelled).toMatchObject({ state: 'cancelled', cause: { code: 'cancelled' } })
    expect(cancelled.next?.nl).toBeTruthy()
    const twice = kade.client.cancelOperation({ params: { operation: asked.id } })
    expect(await problemOf(twice)).toMatchObject({ code: 'conflict' })
    const retried = await kade.client.retryOperation({ params: { operation: asked.id } })
    expect(retried.continues).toBe(asked.id)
    await succeeded(kade, retried)
    const late = kade.client.retryOperation({ params: { operation: asked.id } })
    expect(await problemOf(late)).toMatchObject({ code: 'conflict' })
  })

  it('are listed by state, and told in the timeline, newest first', async () => {
    const { items } = await kade.client.listOperations({
      query: { state: 'cancelled', ...at('runs').params },
    })
    expect(items.map(one => one.kind)).toEqual(['restart', 'create'])
    const page = await kade.client.readTimeline({ ...at('runs'), query: { limit: 3 } })
    expect(page.items).toHaveLength(3)
    const rest = await kade.client.readTimeline({
      ...at('runs'),
      query: { limit: 200, cursor: page.next ?? '' },
    })
    const told = [...page.items, ...rest.items]
    expect(told.at(-1)).toMatchObject({ event: 'DeploymentRequested', text: { nl: /Uitrollen/ } })
    const times = told.map(one => one.at)
    expect(times).toEqual(times.toSorted().toReversed())
    for (const { text } of told) expect(text.nl).not.toBe('')
  })
})

describe('an app that somebody else packed', () => {
  it('is brought from the terminal, deployed as any other, and taken off when it is gone', async () => {
    const notes = await foreignModule('notes')
    await writeFile(join(notes.folder, 'package.json'), '{ "name": "notes", "version": "1.0.0" }')
    const packed = join(dirname(notes.folder), 'notes.tgz')
    execFileSync('tar', ['-czf', packed, '-C', dirname(notes.folder), 'notes'])
    const said: string[] = []
    const terminal = {
      out: (line: string) => void said.push(line),
      err: (line: string) => void said.push(line),
      env: { KADE_HOME: kade.home },
      interactive: false,
      readStdin: async () => '',
      ask: async () => '',
    }
    const kadeSays = (...line: string[]) => run(line, terminal, '0.0.0')
    expect(await kadeSays('apps', 'add', packed), said.join('\n')).toBe(0)
    await notes.remove()
    const ingress = { host: 'notes.example.org' }
    const made = await deployed(kade, { app: 'notes', namespace, name: 'minutes', ingress })
    const objects = await ownedObjects(admin, namespace, made.id)
    expect(objects.map(one => one.kind).toSorted()).toEqual([
      'ConfigMap',
      'Deployment',
      'Ingress',
      'NetworkPolicy',
      'Secret',
      'Service',
      'ServiceAccount',
    ])
    expect(await secretOf('minutes')).toHaveProperty('session')
    expect(await kadeSays('apps', 'remove', 'notes')).toBe(3)
    expect(said.join('\n')).toContain(`A deployment of notes still lives: ${namespace}/minutes.`)
    await succeeded(kade, await kade.client.deleteDeployment({ ...at('minutes'), query: {} }))
    expect(await kadeSays('apps', 'remove', 'notes')).toBe(0)
  })
})
