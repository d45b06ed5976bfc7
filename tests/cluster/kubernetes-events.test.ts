import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubernetesEventsDriver } from '#platform/adapters/bus/kubernetes-events.ts'
import { openCluster } from '#platform/adapters/kubernetes/cluster.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import { reportingController } from '#platform/deployments/engine/tell.ts'
import type { ClusterNote } from '#platform/federation/cluster-note.ts'
import { annotation } from '#platform/labels.ts'
import { busDriverContract } from '#tests/support/bus-driver-contract.ts'
import {
  adminOf,
  deployed,
  preparedNamespace,
  succeeded,
  until,
} from '#tests/support/deployments.ts'
import { accessTo, never, workOf } from '#tests/support/engine-work.ts'
import { namespaceSpec, refusal } from '#tests/support/joined-cluster.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { signalApiServer } from '#tests/support/killed.ts'

const namespace = 'harbour'
let kade: RunningKade
let admin: KubeApi

beforeAll(async () => {
  kade = await startKade()
  admin = await adminOf(kade.home)
  await preparedNamespace(kade, namespace)
})

afterAll(async () => {
  await admin?.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

type Told = LiveObject & {
  readonly reason: string
  readonly note: string
  readonly eventTime: string
  readonly regarding: { readonly kind: string; readonly name: string }
}

/** What Kade has told in the namespace, in the order in which it was written. */
async function toldIn(where: string): Promise<readonly Told[]> {
  const { items } = await admin.list('events.k8s.io/v1', 'Event', { namespace: where })
  return (
    items
      .filter(one => one.reportingController === reportingController)
      .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      // An Event as the API server gives it.
      .map(one => one as Told)
  )
}

async function openEngine() {
  const open = await openCluster({ home: kade.home, name: 'amsterdam' })
  const engine = createEngine(accessTo({ open }))
  return { open, engine }
}

/** What `kubectl describe` lists below an object: it asks by kind, name and uid. */
async function described(apiVersion: string, kind: string, name: string): Promise<string[]> {
  const object = await admin.get({ apiVersion, kind, namespace, name })
  if (!object) throw new Error(`There is no ${kind} ${name}.`)
  const { uid } = object.metadata
  const fieldSelector = Object.entries({ name, namespace, kind, uid })
    .map(([field, value]) => `involvedObject.${field}=${value}`)
    .join(',')
  const { items } = await admin.list('v1', 'Event', { namespace, fieldSelector })
  return items
    .filter(one => one.reportingComponent === reportingController)
    .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(one => `${one.reason}: ${one.message}`)
}

describe('a cluster', () => {
  it('tells the story of a deployment on its workload and on its parent, and no secret of it', async () => {
    const params = { namespace, name: 'proxy' }
    await deployed(kade, { app: 'litellm', ...params, secrets: { openaiKey: 'sk-hush-hush' } })
    const body = { settings: {}, env: { TURN: 'hush-hush' }, reason: 'hush-hush' }
    await succeeded(kade, await kade.client.updateDeployment({ params, body }))
    const story = [
      'DeploymentCompleted: The create ended well: revision 1 serves.',
      'DeploymentRequested: Asked for: update, revision 2.',
      'DeploymentCompleted: The update ended well: revision 2 serves.',
    ]
    // That it was applied is told where its end comes later than that.
    const toldOf = async (...object: Parameters<typeof described>) =>
      (await described(...object)).filter(one => !one.startsWith('DeploymentApplied: '))
    await until(async () => expect(await toldOf('apps/v1', 'Deployment', 'proxy')).toEqual(story))
    expect(await toldOf('v1', 'ConfigMap', 'proxy-kade')).toEqual(story)
    expect(JSON.stringify(await toldIn(namespace))).not.toContain('hush-hush')
  })

  it('is told nothing of what stands there under that name by now but is another deployment', async () => {
    const { open, engine } = await openEngine()
    const note: ClusterNote = {
      id: randomUUID(),
      deployment: randomUUID(),
      namespace,
      name: 'proxy',
      type: 'Normal',
      reason: 'DeploymentCompleted',
      text: 'Long ago.',
      at: new Date().toISOString(),
    }
    expect(await engine.tell([note], never)).toEqual({ told: 0 })
    expect(await engine.tell([{ ...note, name: 'never' }], never)).toEqual({ told: 0 })
    await open.close()
  })

  it('that refuses a note says why, and takes those after it', async () => {
    const { open, engine } = await openEngine()
    const parent = await admin.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name: 'proxy-kade',
    })
    const good: ClusterNote = {
      id: randomUUID(),
      deployment: parent?.metadata.labels?.['kade.dev/deployment'] ?? '',
      namespace,
      name: 'proxy',
      type: 'Normal',
      reason: 'DeploymentCompleted',
      text: 'Good.',
      at: new Date().toISOString(),
    }
    const bad = { ...good, id: randomUUID(), text: 'x'.repeat(1025) }
    const answer = await engine.tell([bad, good], never)
    expect(answer).toEqual({ told: 2, refused: expect.stringContaining('1024') })
    await open.close()
  })

  it('has nothing told changed or taken back by who tells it', async () => {
    const { open } = await openEngine()
    const [event] = await toldIn(namespace)
    if (!event) throw new Error('Nothing was told.')
    const deployer = open.deployer(namespace)
    const ref = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      namespace,
      name: event.metadata.name,
    }
    const { uid } = event.metadata
    expect((await refusal(deployer.remove(ref, { uid }, 'Background'))).code).toBe(403)
    const patch = [{ op: 'replace', path: '/note', value: 'All is well.' }]
    expect((await refusal(deployer.patch(ref, patch))).code).toBe(403)
    await open.close()
  })
})

// Last: it stops the API server, and nothing new is placed on a cluster before it was seen well for a while.
busDriverContract('of Kubernetes Events', async () => {
  const { open, engine } = await openEngine()
  const kubeconfig = path.join(kade.home, 'clusters', 'amsterdam', 'kubeconfig.yaml')
  await engine.prepareNamespace(namespaceSpec('team-a'))
  const work = workOf({ namespace: 'team-a', name: 'chat' }, 1)
  await engine.apply(work, {}, never)
  const place = { deployment: work.deployment, clusters: ['amsterdam'] }
  return {
    driver: () =>
      kubernetesEventsDriver({
        cluster: 'amsterdam',
        placesOf: async operations => new Map(operations.map(one => [one, place])),
        tell: notes => engine.tell(notes, AbortSignal.timeout(10_000)),
      }),
    received: async () =>
      (await toldIn('team-a'))
        .filter(one => one.regarding.kind === 'Deployment')
        .map(({ metadata, reason, eventTime }) => ({
          id: metadata.annotations?.[annotation.event] ?? '',
          reason,
          time: new Date(eventTime).toISOString(),
        })),
    form: ({ id, time }) => ({ id, reason: 'DeploymentCompleted', time }),
    takeAway: () => signalApiServer(kubeconfig, 'SIGSTOP'),
    bringBack: () => signalApiServer(kubeconfig, 'SIGCONT'),
    stop: () => open.close(),
  }
})
