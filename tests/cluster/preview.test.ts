import { describe, expect, it } from 'vitest'
import type { ObjectChange } from '#api/deployments.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { ignoreAnnotation } from '#platform/deployments/engine/ignored.ts'
import { previewHash, renderDigest } from '#platform/deployments/preview-hash.ts'
import type { Work } from '#platform/deployments/work.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { type AppOptions, deployFailure, never, workOf } from '#tests/support/engine-work.ts'

const namespace = 'harbour'
const ground = engineGround([namespace])

async function install(name: string, options: AppOptions = {}): Promise<Work> {
  const work = workOf({ namespace, name }, 1, options)
  await ground.engine.apply(work, {}, never)
  return work
}

/** Somebody changes the Deployment's own fields by hand, as `kubectl` would. */
async function byHand(name: string, spec: object, manager = 'kubectl-edit'): Promise<void> {
  const metadata = { name, namespace }
  await ground.cluster.admin.apply(
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
    { manager, force: true },
  )
}

/** The work as it is asked for by somebody who has just seen its preview. */
async function seen(work: Work): Promise<Work> {
  const { live } = await ground.engine.dryRun(work)
  return { ...work, preview: previewHash(renderDigest(work.objects, work.deployment, []), [live]) }
}

function deploymentIn(changes: readonly ObjectChange[]): ObjectChange | undefined {
  return changes.find(one => one.kind === 'Deployment')
}

async function replicasOf(name: string): Promise<unknown> {
  const live = await ground.cluster.admin.get({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name,
  })
  // A Deployment's spec.
  return (live?.spec as { replicas?: number } | undefined)?.replicas
}

function ignoring(work: Work, pointers: string): Work {
  const objects = work.objects.map(
    (object): KubernetesObject =>
      object.kind === 'Deployment'
        ? {
            ...object,
            metadata: { ...object.metadata, annotations: { [ignoreAnnotation]: pointers } },
          }
        : object,
  )
  return { ...work, objects }
}

describe('whose change it is', () => {
  it('tells what somebody changed by hand, with who, apart from what you change', async () => {
    const work = await install('apart')
    await byHand('apart', { replicas: 4, minReadySeconds: 5 })
    const { changes } = await ground.engine.dryRun(workOf(work, 2, { env: { LOG: 'debug' } }))
    expect(deploymentIn(changes)).toMatchObject({ change: 'change' })
    expect(deploymentIn(changes)?.fields).toEqual([
      {
        path: 'spec.replicas',
        applied: 1,
        live: 4,
        next: 1,
        by: 'somebody-else',
        manager: 'kubectl-edit',
      },
      {
        path: 'spec.template.spec.containers[app].env[LOG].value',
        applied: 'info',
        live: 'info',
        next: 'debug',
        by: 'you',
      },
    ])
  })

  it('shows that an object you do not change is put back, and that both changed a field', async () => {
    const work = await install('back')
    await byHand('back', { replicas: 4 })
    const same = await ground.engine.dryRun(workOf(work, 2))
    expect(deploymentIn(same.changes)?.fields).toMatchObject([{ by: 'somebody-else', next: 1 }])
    const other = await ground.engine.dryRun(workOf(work, 2, { replicas: 2 }))
    expect(deploymentIn(other.changes)?.fields).toMatchObject([
      { by: 'both', applied: 1, live: 4, next: 2, manager: 'kubectl-edit' },
    ])
    expect(other.changes.filter(one => one.change === 'unchanged')).toHaveLength(6)
  })

  it('tells nothing of an update that changes nothing', async () => {
    const work = await install('nothing')
    const { changes } = await ground.engine.dryRun(workOf(work, 2))
    expect(new Set(changes.map(one => one.change))).toEqual(new Set(['unchanged']))
    expect(changes.flatMap(one => one.fields ?? [])).toEqual([])
  })
})

describe('an update that holds on to its preview', () => {
  it('is applied while the cluster is as it was seen', async () => {
    const work = await install('same')
    const result = await ground.engine.apply(
      await seen(workOf(work, 2, { replicas: 2 })),
      {},
      never,
    )
    expect(result).toMatchObject({ configured: 1 })
    expect(await replicasOf('same')).toBe(2)
  })

  it('is refused, and nothing is written, once somebody changed a field in between', async () => {
    const work = await install('stale')
    const next = await seen(workOf(work, 2, { env: { LOG: 'debug' } }))
    await byHand('stale', { replicas: 4 })
    const parent = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'stale-kade' }
    const before = await ground.cluster.admin.get(parent)
    const failure = await deployFailure(ground.engine.apply(next, {}, never))
    expect(failure.reason.code).toBe('preview-stale')
    expect(failure.next.nl).toContain('voorbeeld')
    const after = await ground.cluster.admin.get(parent)
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion)
    expect(await replicasOf('stale')).toBe(4)
    await ground.engine.apply(await seen(next), {}, never)
    expect(await replicasOf('stale')).toBe(1)
  })

  it('is refused when an object that it would change is gone', async () => {
    const work = await install('gone')
    const next = await seen(workOf(work, 2, { replicas: 2 }))
    await ground.cluster.admin.request('DELETE', `/api/v1/namespaces/${namespace}/services/gone`)
    const failure = await deployFailure(ground.engine.apply(next, {}, never))
    expect(failure.reason.code).toBe('preview-stale')
  })

  it('holds through a status, an addition, and what an ignore rule leaves to others', async () => {
    const first = ignoring(workOf({ namespace, name: 'others' }, 1), '/spec/replicas')
    await ground.engine.apply(first, {}, never)
    const next = await seen(ignoring(workOf(first, 2, { env: { LOG: 'debug' } }), '/spec/replicas'))
    await byHand('others', { replicas: 4, minReadySeconds: 5 }, 'autoscaler')
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/others/status`
    await ground.cluster.admin.request('PATCH', path, {
      contentType: 'application/merge-patch+json',
      body: { status: { collisionCount: 1 } },
    })
    await ground.engine.apply(next, {}, never)
    expect(await replicasOf('others')).toBe(4)
  })

  it('holds through what an autoscaler of the revision sets', async () => {
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'scaled', namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
        minReplicas: 1,
        maxReplicas: 9,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    }
    const work = await install('scaled', { extra: [autoscaler] })
    const next = await seen(workOf(work, 2, { extra: [autoscaler], env: { LOG: 'debug' } }))
    await byHand('scaled', { replicas: 6 }, 'kube-controller-manager')
    await ground.engine.apply(next, {}, never)
    expect(await replicasOf('scaled')).toBe(6)
  })

  it('is taken up again where an earlier attempt of it stopped', async () => {
    const work = await install('twice')
    const next = await seen(workOf(work, 2, { replicas: 2 }))
    await ground.engine.apply(next, {}, never)
    await expect(ground.engine.apply(next, {}, never)).resolves.toMatchObject({ unchanged: 7 })
  })

  it('installs what was not there without a call more, and refuses when it is there by now', async () => {
    const bare = await ground.engine.apply(workOf({ namespace, name: 'bare' }, 1), {}, never)
    const first = await seen(workOf({ namespace, name: 'first' }, 1))
    const again = await seen({ ...workOf({ namespace, name: 'first' }, 2), ...renamed(first) })
    const result = await ground.engine.apply(first, {}, never)
    expect(result).toMatchObject({ created: 7, calls: bare.calls })
    const failure = await deployFailure(ground.engine.apply(again, {}, never))
    expect(failure.reason.code).toBe('preview-stale')
  })
})

/** The same deployment with the same objects. */
function renamed({ deployment, objects, digest }: Work) {
  return { deployment, objects, digest }
}
