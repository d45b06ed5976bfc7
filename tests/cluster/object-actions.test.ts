import { describe, expect, it, vi } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { annotation, label } from '#platform/labels.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { jobObject, never, workOf } from '#tests/support/engine-work.ts'
import { refusal } from '#tests/support/joined-cluster.ts'
import { monitorDefinition } from '#tests/support/monitor-definition.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])

/** A Job that never begins, so it never ends. */
function endlessJob(name: string, action?: string): KubernetesObject {
  return jobObject(namespace, name, {
    ...(action && { annotations: { [annotation.action]: action } }),
    pod: { nodeSelector: { nowhere: 'at-all' } },
  })
}

it('serves without waiting for a Job that says no-wait, and with it as long as it does not', async () => {
  const work = workOf({ namespace, name: 'calm' }, 1, {
    extra: [endlessJob('calm-job', 'no-wait')],
  })
  await ground.engine.apply(work, {}, never)
  expect(await ground.tower.until(work.deployment, seen => seen.ready)).toMatchObject({ drift: [] })
  const objects = await ground.engine.inspect(work)
  expect(objects.find(one => one.kind === 'Job')?.state).toBe('InProgress')
  const eager = workOf(work, 2, { extra: [endlessJob('calm-job')] })
  await ground.engine.apply(eager, {}, never)
  const waits = await ground.tower.until(work.deployment, seen => seen.revision === 2)
  expect(waits.ready).toBe(false)
})

it('sees as it happens that somebody changed a disruption budget by hand', async () => {
  const budget: KubernetesObject = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace, labels: { [label.instance]: 'budget' } },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'budget' } } },
  }
  const work = workOf({ namespace, name: 'budget' }, 1, { extra: [budget] })
  await ground.engine.apply(work, {}, never)
  await ground.tower.until(work.deployment, seen => seen.ready)
  const ref = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace, name: 'budget' }
  await ground.cluster.admin.patch(ref, [{ op: 'replace', path: '/spec/minAvailable', value: 0 }])
  await ground.tower.until(work.deployment, seen =>
    seen.drift.includes('PodDisruptionBudget/budget'),
  )
})

describe('what its module wants kept', () => {
  const configMap = (name: string, action: string, text: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, annotations: { [annotation.action]: action } },
    data: { text },
  })
  const parts = (text: string) => ({
    extra: [configMap('vault-once', 'one-off', text), configMap('vault-keep', 'keep', text)],
  })
  const read = (name: string) =>
    ground.cluster.admin.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name })
  const serves = (deployment: string) => ground.tower.until(deployment, seen => seen.ready)

  it('outlives its deployment without an owner, and is taken back by the next of that name', async () => {
    const first = workOf({ namespace, name: 'vault' }, 1, parts('first'))
    await ground.engine.apply(first, {}, never)
    await serves(first.deployment)
    await ground.engine.remove(first, 'keep', never)
    for (const name of ['vault-once', 'vault-keep']) {
      const labels = (await read(name))?.metadata.labels
      expect(labels).toMatchObject({ [label.data]: 'keep', [label.instance]: 'vault' })
      expect(labels?.[label.deployment]).toBeUndefined()
    }

    const second = workOf({ namespace, name: 'vault' }, 1, parts('second'))
    expect(second.deployment).not.toBe(first.deployment)
    await ground.engine.apply(second, {}, never)
    expect((await serves(second.deployment)).drift).toEqual([])
    // What is made once stays as it was made; what is kept follows its revision.
    expect(await read('vault-once')).toMatchObject({
      data: { text: 'first' },
      metadata: { labels: { [label.deployment]: second.deployment } },
    })
    expect(await read('vault-keep')).toMatchObject({
      data: { text: 'second' },
      metadata: { labels: { [label.deployment]: second.deployment } },
    })

    await ground.engine.remove(second, 'delete', never)
    expect(await read('vault-once')).toBeNull()
    expect((await read('vault-keep'))?.metadata.labels).toMatchObject({ [label.data]: 'keep' })
  })
})

describe('a monitor', () => {
  const monitorOf = (deployment: string, spec: object = {}): KubernetesObject => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: 'figures', namespace, labels: { [label.deployment]: deployment } },
    spec: { selector: { matchLabels: { [label.deployment]: deployment } }, ...spec },
  })
  const endpoints = { podMetricsEndpoints: [{ port: 'http', path: '/metrics' }] }

  it('is made where the cluster has its kind, by the preparer alone, and no longer missed once it has not', async () => {
    const { engine, cluster } = ground
    expect((await engine.probe()).monitors).toEqual([])
    const definition = await cluster.admin.apply(monitorDefinition)
    await vi.waitFor(async () => expect((await engine.probe()).monitors).toEqual(['PodMonitor']), {
      timeout: 20_000,
    })

    const work = workOf({ namespace, name: 'figures' }, 1)
    const { deployment } = work
    const mine = monitorOf(deployment, endpoints)
    const watched = workOf(work, 1, { extra: [mine] })
    await engine.apply({ ...watched, deployment }, {}, never)
    expect((await engine.inspect(watched)).find(one => one.kind === 'PodMonitor')).toMatchObject({
      state: 'Current',
      drift: [],
    })
    const { preparer, deployer } = cluster.open
    expect((await refusal(deployer(namespace).apply(mine))).message).toContain('is forbidden')
    for (const spec of [{ namespaceSelector: { any: true } }, { selector: {} }]) {
      const { metadata, ...rest } = monitorOf(deployment, { ...endpoints, ...spec })
      // Of the revision that stands, so that only what it selects is wrong.
      const annotations = { [annotation.revision]: '1' }
      const stray = { ...rest, metadata: { ...metadata, annotations } }
      const error = await refusal(preparer.apply(stray, { force: true }))
      expect(error.message).toContain('pods of its own deployment only')
    }

    await cluster.admin.remove(
      { ...definition, name: definition.metadata.name },
      { uid: definition.metadata.uid },
      'Background',
    )
    await vi.waitFor(async () => expect((await engine.probe()).monitors).toEqual([]), {
      timeout: 20_000,
    })
    const without = workOf(work, 2)
    await engine.apply(without, {}, never)
    await engine.settle(without, never)
    await engine.remove(without, 'delete', never)
  })
})
