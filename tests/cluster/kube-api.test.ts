import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { endpointOf } from '#platform/adapters/kubernetes/connection.ts'
import { type InformerEvent, startInformer } from '#platform/adapters/kubernetes/informer.ts'
import type { KubeApi, WatchEvent } from '#platform/adapters/kubernetes/kube-api.ts'
import { requestToken } from '#platform/adapters/kubernetes/token.ts'
import { startTestCluster, type TestCluster } from '../support/control-plane.ts'
import { refusal } from '../support/joined-cluster.ts'

let cluster: TestCluster
let api: KubeApi

beforeAll(async () => {
  cluster = await startTestCluster('amsterdam')
  api = await createKubeApi({
    cluster: 'amsterdam',
    connection: { kubeconfig: cluster.kubeconfigPath },
  })
})

afterAll(async () => {
  await api?.close()
  await cluster?.stop()
})

function configMap(name: string, data: Record<string, unknown>, more = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
    ...more,
  }
}

const refOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name,
})

describe('applying', () => {
  test('creates an object, and again changes nothing', async () => {
    const first = await api.apply(configMap('again', { a: '1' }))
    const second = await api.apply(configMap('again', { a: '1' }))
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  })

  test('refuses a field that the kind does not have, as a mistake that no retry mends', async () => {
    const error = await refusal(api.apply(configMap('unknown', { a: '1' }, { colour: 'red' })))
    expect(error).toMatchObject({ code: 422, reason: 'Invalid' })
    expect(error.message).toContain('.colour')
  })

  test('as a dry run leaves nothing behind', async () => {
    const seen = await api.apply(configMap('dry', { a: '1' }), { dryRun: true })
    expect(seen.metadata.name).toBe('dry')
    expect(await api.get(refOf('dry'))).toBeNull()
  })

  test('names the manager that owns a contested field, and takes it over only when forced', async () => {
    await api.apply(configMap('contested', { a: '1' }), { manager: 'somebody-else' })
    const error = await refusal(api.apply(configMap('contested', { a: '2' })))
    expect(error).toMatchObject({ code: 409, reason: 'Conflict' })
    expect(error.causes).toMatchObject([{ reason: 'FieldManagerConflict', field: '.data.a' }])
    expect(error.message).toContain('somebody-else')
    const forced = await api.apply(configMap('contested', { a: '2' }), { force: true })
    expect(forced).toMatchObject({ data: { a: '2' } })
  })

  test('into a namespace that does not exist is 404 and names the namespace', async () => {
    const object = configMap('lost', {})
    const error = await refusal(
      api.apply({ ...object, metadata: { name: 'lost', namespace: 'nowhere' } }),
    )
    expect(error).toMatchObject({ code: 404, kind: 'namespaces' })
  })

  test('never echoes the value of a Secret in an error', async () => {
    const secret = (data: Record<string, unknown>) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'echo', namespace: 'default' },
      data,
    })
    const notText = await refusal(api.apply(secret({ key: 31415926 })))
    const notBase64 = await refusal(api.apply(secret({ key: 'canary-31415926!' })))
    const badType = await refusal(
      api.apply({ ...secret({}), stringData: { key: { canary: 'canary-31415926' } } }),
    )
    for (const error of [notText, notBase64, badType]) {
      expect(error.code).toBe(422)
      expect(`${error.message}${JSON.stringify(error.causes)}`).not.toContain('31415926')
    }
  })

  test('of a kind that the cluster does not have says so', async () => {
    const error = await refusal(
      api.apply({
        apiVersion: 'ships.example/v1',
        kind: 'Ship',
        metadata: { name: 'a', namespace: 'default' },
      }),
    )
    expect(error).toMatchObject({ code: 404, reason: 'NoKindMatch' })
  })

  test('finds kinds that it does not know by heart', async () => {
    const lease = await api.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'quay' },
      value: 10,
    })
    expect(lease.metadata.uid).toBeTruthy()
  })
})

describe('deleting', () => {
  test('spares an object that was made anew under the same name', async () => {
    const old = await api.apply(configMap('reborn', {}))
    await api.remove(refOf('reborn'), { uid: old.metadata.uid }, 'Background')
    const reborn = await api.apply(configMap('reborn', {}))
    const error = await refusal(
      api.remove(refOf('reborn'), { uid: old.metadata.uid }, 'Background'),
    )
    expect(error.code).toBe(409)
    expect((await api.get(refOf('reborn')))?.metadata.uid).toBe(reborn.metadata.uid)
  })

  test('spares an object that changed since it was seen', async () => {
    const { metadata } = await api.apply(configMap('changed', { a: '1' }))
    await api.apply(configMap('changed', { a: '2' }))
    const { uid, resourceVersion } = metadata
    const error = await refusal(
      api.remove(refOf('changed'), { uid, resourceVersion }, 'Background'),
    )
    expect(error.code).toBe(409)
  })

  test('an object that is gone already is success', async () => {
    const { metadata } = await api.apply(configMap('gone', {}))
    await api.remove(refOf('gone'), metadata, 'Background')
    await api.remove(refOf('gone'), metadata, 'Background')
  })
})

test('a patch guarded by a stale resourceVersion is refused', async () => {
  await api.apply(configMap('patched', { a: '1' }))
  const error = await refusal(
    api.patch(refOf('patched'), [
      { op: 'test', path: '/metadata/resourceVersion', value: '1' },
      { op: 'replace', path: '/data/a', value: '2' },
    ]),
  )
  expect(error.code).toBe(422)
  expect(await api.get(refOf('patched'))).toMatchObject({ data: { a: '1' } })
})

test('impersonation sends the user and every group', async () => {
  const review = await api.as('jane', ['crew', 'harbour']).request<{
    status: { userInfo: { username: string; groups: string[] } }
  }>('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  })
  expect(review.status.userInfo).toMatchObject({
    username: 'jane',
    groups: ['crew', 'harbour', 'system:authenticated'],
  })
})

test('a service account token works without a kubeconfig, and a wrong one is 401', async () => {
  await api.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'visitor', namespace: 'default' },
  })
  const endpoint = await endpointOf({ kubeconfig: cluster.kubeconfigPath })
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kade-system' } })
  await api.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'visitor', namespace: 'kade-system' },
  })
  const { token } = await requestToken(api, 'visitor', 600)
  const visitor = await createKubeApi({ cluster: 'a', connection: { ...endpoint, token } })
  const stranger = await createKubeApi({
    cluster: 'a',
    connection: { ...endpoint, token: 'no-token' },
  })
  expect(await visitor.request('GET', '/version')).toMatchObject({ major: '1' })
  expect((await refusal(visitor.list('v1', 'Secret'))).code).toBe(403)
  expect((await refusal(stranger.list('v1', 'Secret'))).code).toBe(401)
  await Promise.all([visitor.close(), stranger.close()])
})

test('a cluster that is not there is unreachable, not an exception of the network stack', async () => {
  const nobody = await createKubeApi({
    cluster: 'warsaw',
    connection: { server: 'https://127.0.0.1:1', token: 'a' },
    deadlineMs: 1_000,
  })
  const error = await refusal(nobody.request('GET', '/version'))
  expect(error.code).toBe(0)
  expect(error.message).toContain('warsaw')
  await nobody.close()
})

describe('listing', () => {
  beforeAll(async () => {
    const names = Array.from({ length: 520 }, (_, index) => `many-${index}`)
    await Promise.all(
      names.map(name =>
        api.apply({
          ...configMap(name, { text: 'x'.repeat(100) }),
          metadata: { name, namespace: 'default', labels: { set: 'many' } },
        }),
      ),
    )
  })

  test('goes on over all pages and says the kind of each item', async () => {
    const { items } = await api.list('v1', 'ConfigMap', { labelSelector: 'set=many' })
    expect(new Set(items.map(item => item.metadata.name)).size).toBe(520)
    expect(items[519]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
  })

  test('of metadata only brings no data, under the kind that was asked', async () => {
    const { items } = await api.list('v1', 'ConfigMap', {
      namespace: 'default',
      labelSelector: 'set=many',
      metadataOnly: true,
    })
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    expect(items[0]).not.toHaveProperty('data')
  })
})

/** A kind that the cluster learns only now: its history begins here, so that version 1 is too old to watch from. */
beforeAll(async () => {
  const definition = await api.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ships.harbour.example' },
    spec: {
      group: 'harbour.example',
      scope: 'Namespaced',
      names: { kind: 'Ship', plural: 'ships' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
        },
      ],
    },
  })
  expect(definition.metadata.uid).toBeTruthy()
  await vi.waitFor(() => api.list('harbour.example/v1', 'Ship'), { timeout: 20_000 })
})

describe('watching', () => {
  test('tells what was added, changed and deleted, and ends by its signal', async () => {
    const { resourceVersion } = await api.list('v1', 'ConfigMap', { namespace: 'default' })
    const stop = new AbortController()
    const seen: WatchEvent[] = []
    const opened = Promise.withResolvers<void>()
    const watching = (async () => {
      const options = { namespace: 'default', resourceVersion, signal: stop.signal }
      for await (const event of api.watch('v1', 'ConfigMap', {
        ...options,
        onOpen: opened.resolve,
      })) {
        seen.push(event)
        if (event.type === 'DELETED') stop.abort()
      }
    })()
    await opened.promise
    const { metadata } = await api.apply(configMap('watched', { a: '1' }))
    await api.apply(configMap('watched', { a: '2' }))
    await api.remove(refOf('watched'), { uid: metadata.uid }, 'Background')
    await watching
    expect(seen.map(event => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  })

  test('from a version that is too old is 410', async () => {
    const watching = api.watch('harbour.example/v1', 'Ship', { resourceVersion: '1' })
    const error = await refusal(watching[Symbol.asyncIterator]().next())
    expect(error.code).toBe(410)
  })
})

describe('an informer', () => {
  type Seen = InformerEvent<string>
  const start = (of: KubeApi, { relistMs, kind }: { relistMs?: number; kind?: string } = {}) => {
    const events: Seen[] = []
    const informer = startInformer<string>({
      api: of,
      apiVersion: kind === undefined ? 'v1' : 'harbour.example/v1',
      kind: kind ?? 'ConfigMap',
      select: { namespace: 'informed' },
      // The version makes each change visible; an object without `keep` does not matter.
      project: object => (object.metadata.labels?.keep === 'yes' ? object.metadata.uid : null),
      onEvent: event => events.push(event),
      ...(relistMs !== undefined && { relistMs }),
    })
    const until = async (type: Seen['type'], count = 1) =>
      await vi.waitFor(
        () => {
          expect(events.filter(event => event.type === type).length).toBeGreaterThanOrEqual(count)
        },
        { timeout: 20_000, interval: 20 },
      )
    return { informer, events, until }
  }
  const kept = (name: string, keep = 'yes'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'informed', labels: { keep } },
  })
  const remove = async (name: string) => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'informed', name }
    const live = await api.get(ref)
    if (live !== null) await api.remove(ref, { uid: live.metadata.uid }, 'Background')
  }

  beforeAll(async () => {
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'informed' } })
  })

  test('keeps only what matters, and forgets what is deleted or stops to matter', async () => {
    await api.apply(kept('one'))
    await api.apply(kept('other', 'no'))
    const { informer, events, until } = start(api)
    await until('synced')
    expect([...informer.items.keys()]).toEqual(['informed/one'])
    await api.apply(kept('two'))
    await until('upsert', 2)
    await api.apply(kept('two', 'no'), { force: true })
    await until('delete', 1)
    await remove('one')
    await until('delete', 2)
    expect(informer.items.size).toBe(0)
    expect(events.map(event => event.type)).toEqual([
      'upsert',
      'connected',
      'synced',
      'upsert',
      'delete',
      'delete',
    ])
    await informer.stop()
  })

  test('takes in a list of several pages', async () => {
    const synced = Promise.withResolvers<void>()
    const informer = startInformer<true>({
      api,
      apiVersion: 'v1',
      kind: 'ConfigMap',
      select: { labelSelector: 'set=many' },
      project: () => true,
      onEvent: event => {
        if (event.type === 'synced') synced.resolve()
      },
    })
    await synced.promise
    expect(informer.items.size).toBe(520)
    await informer.stop()
  })

  test('lists anew when its version has become too old, without calling itself disconnected', async () => {
    let lists = 0
    const aged: KubeApi = {
      ...api,
      list: async (...args) => {
        const list = await api.list(...args)
        lists += 1
        return lists === 1 ? { ...list, resourceVersion: '1' } : list
      },
    }
    const { informer, events, until } = start(aged, { kind: 'Ship' })
    await until('synced', 2)
    expect(events.some(event => event.type === 'disconnected')).toBe(false)
    await api.apply({ ...kept('after-410'), apiVersion: 'harbour.example/v1', kind: 'Ship' })
    await until('upsert')
    await informer.stop()
  })

  test('lists anew when its time is over, and finds what no watch told', async () => {
    const { informer, until } = start(api, { relistMs: 400 })
    await until('synced', 3)
    await informer.stop()
  })

  test('says when the connection is lost, and catches up when it is back', async () => {
    const proxy = await startProxy(cluster.kubeconfigPath)
    const distant = await createKubeApi({
      cluster: 'amsterdam',
      connection: { kubeconfig: proxy.kubeconfig },
      deadlineMs: 2_000,
    })
    const { informer, until } = start(distant)
    await until('synced')
    await proxy.cut()
    await until('disconnected')
    await api.apply(kept('meanwhile'))
    await proxy.mend()
    await until('connected', 2)
    await until('upsert')
    expect(informer.items.has('informed/meanwhile')).toBe(true)
    await informer.stop()
    await distant.close()
    await proxy.cut()
    await remove('meanwhile')
  })
})

/** A plain TCP relay before the API server, whose line can be cut. */
async function startProxy(kubeconfigPath: string) {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(kubeconfigPath, 'utf8')
  const target = new URL(/server: (\S+)/.exec(text)?.[1] ?? '')
  const open = new Set<Socket>()
  const relay = createServer(client => {
    const server = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  const listen = (port: number) =>
    new Promise<void>(resolve => relay.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const address = relay.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    kubeconfig: text.replace(target.origin, `https://127.0.0.1:${port}`),
    async cut() {
      const closed = new Promise<void>(resolve => relay.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
    mend: () => listen(port),
  }
}
