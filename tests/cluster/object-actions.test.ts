import { afterAll, beforeAll, expect, it } from 'vitest'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { actionAnnotation } from '#platform/deployments/engine/intent.ts'
import { label } from '#platform/labels.ts'
import { accessTo, appObjects, never, watchTower, workOf } from '#tests/support/engine-work.ts'
import {
  type JoinedCluster,
  namespaceSpec,
  startJoinedCluster,
} from '#tests/support/joined-cluster.ts'

let cluster: JoinedCluster
let engine: Engine
const tower = watchTower()
let stopObserving: () => Promise<void>
const namespace = 'harbour'

beforeAll(async () => {
  cluster = await startJoinedCluster()
  engine = createEngine(accessTo(cluster))
  await engine.prepareNamespace(namespaceSpec(namespace))
  stopObserving = await engine.observe(tower.onChange)
})

afterAll(async () => {
  await stopObserving?.()
  await cluster?.stop()
})

/** A Job that never begins, so it never ends. */
function endlessJob(name: string, action?: string): KubernetesObject {
  const app = appObjects('x', namespace, name).find(one => one.kind === 'Deployment')
  const { template } = Object(app?.spec)
  const pod = { ...template.spec, restartPolicy: 'Never', nodeSelector: { nowhere: 'at-all' } }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, ...(action && { annotations: { [actionAnnotation]: action } }) },
    spec: { template: { spec: { ...pod, serviceAccountName: 'default' } } },
  }
}

it('serves without waiting for a Job that says no-wait, and with it as long as it does not', async () => {
  const work = workOf({ namespace, name: 'calm' }, 1, {
    extra: [endlessJob('calm-job', 'no-wait')],
  })
  await engine.apply(work, {}, never)
  expect(await tower.until(work.deployment, seen => seen.ready)).toMatchObject({ drift: [] })
  const objects = await engine.inspect(work)
  expect(objects.find(one => one.kind === 'Job')?.state).toBe('InProgress')
  const eager = workOf(work, 2, { extra: [endlessJob('calm-job')] })
  await engine.apply(eager, {}, never)
  const waits = await tower.until(work.deployment, seen => seen.revision === 2)
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
  await engine.apply(work, {}, never)
  await tower.until(work.deployment, seen => seen.ready)
  const ref = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace, name: 'budget' }
  await cluster.admin.patch(ref, [{ op: 'replace', path: '/spec/minAvailable', value: 0 }])
  await tower.until(work.deployment, seen => seen.drift.includes('PodDisruptionBudget/budget'))
})
