import { type KubeApi, KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import {
  type Amounts,
  amountsOf,
  minus,
  nothing,
  plus,
  podRequest,
} from '#platform/federation/amounts.ts'
import type { Room, Survey, Taint } from '#platform/federation/survey.ts'
import { label } from '#platform/labels.ts'
import { at, recordsOf, textOf } from './reading.ts'

/** By each resource, the nodes with most of it that a survey keeps: more than any deployment has pods. */
const mostRooms = 64
const mostLabels = 64
/** Milliseconds for all pages of both lists. */
const listDeadline = 120_000
/** Pods that ended hold no room any more. */
const holdsRoom = 'status.phase!=Succeeded,status.phase!=Failed'

/**
 * Counts what the nodes of a cluster have and what the pods on them asked for. Requests stand in no metadata, so whole pods
 * are read; page by page, keeping only sums. A list that fails is no empty list: then there is no survey.
 */
export async function surveyCluster(observer: KubeApi, signal: AbortSignal): Promise<Survey> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(listDeadline)])
  const count = counting(new Date())
  await observer.list('v1', 'Node', { signal: limited, onItem: node => count.node(node) })
  await observer.list('v1', 'Pod', {
    fieldSelector: holdsRoom,
    signal: limited,
    onItem: pod => count.pod(pod),
  })
  return count.survey(await isElastic(observer, limited))
}

/** The two usual ways: the status that the Cluster Autoscaler writes, and the interface of Karpenter. */
async function isElastic(observer: KubeApi, signal: AbortSignal): Promise<boolean> {
  const status = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system' }
  if (await observer.exists({ ...status, name: 'cluster-autoscaler-status' }, signal)) return true
  try {
    await observer.request('GET', '/apis/karpenter.sh', { signal })
    return true
  } catch (error) {
    if (error instanceof KubeError && error.code === 404) return false
    throw error
  }
}

type Counted = { allocatable: Amounts; requested: Amounts; taints: readonly Taint[] }

/** Takes nodes first, then pods; `survey` is what they come to. */
export function counting(begun: Date) {
  const nodes = new Map<string, Counted>()
  let labels: Record<string, string> | undefined
  const seen: Record<string, Amounts> = {}
  let all = 0
  return {
    node(node: LiveObject): void {
      all += 1
      labels = shared(labels, node.metadata.labels ?? {})
      if (!isUsable(node)) return
      nodes.set(node.metadata.name, {
        allocatable: amountsOf(at(node, 'status', 'allocatable'), Math.floor),
        requested: nothing,
        taints: taintsOf(node),
      })
    },
    pod(pod: LiveObject): void {
      const node = nodes.get(textOf(at(pod, 'spec', 'nodeName')) ?? '')
      if (!node) return
      const request = podRequest(at(pod, 'spec'))
      node.requested = plus(node.requested, request)
      const deployment = pod.metadata.labels?.[label.deployment]
      if (deployment !== undefined) seen[deployment] = plus(seen[deployment] ?? nothing, request)
    },
    survey(elastic: boolean): Survey {
      const counted = [...nodes.values()]
      return {
        at: begun,
        nodes: all,
        usable: counted.length,
        allocatable: counted.map(one => one.allocatable).reduce(plus, nothing),
        requested: counted.map(one => one.requested).reduce(plus, nothing),
        labels: labels ?? {},
        elastic,
        rooms: roomiest(counted.map(roomOn)),
        seen,
      }
    },
  }
}

/** What both say alike; of a first node, as much as a cluster is described by. */
function shared(
  before: Readonly<Record<string, string>> | undefined,
  here: Readonly<Record<string, string>>,
): Record<string, string> {
  if (!before) return Object.fromEntries(Object.entries(here).slice(0, mostLabels))
  return Object.fromEntries(Object.entries(before).filter(([key, value]) => here[key] === value))
}

function isUsable(node: LiveObject): boolean {
  if (at(node, 'spec', 'unschedulable') === true) return false
  const conditions = recordsOf(at(node, 'status', 'conditions'))
  return conditions.some(one => one.type === 'Ready' && one.status === 'True')
}

function taintsOf(node: LiveObject): readonly Taint[] {
  return recordsOf(at(node, 'spec', 'taints')).flatMap(({ key, value, effect }) => {
    if (typeof key !== 'string' || typeof effect !== 'string') return []
    if (effect === 'PreferNoSchedule') return []
    return [{ key, effect, ...(typeof value === 'string' && { value }) }]
  })
}

function roomOn({ allocatable, requested, taints }: Counted): Room {
  return { ...minus(allocatable, requested), ...(taints.length > 0 && { taints }) }
}

/** The nodes with most of each resource, without those that are full. */
function roomiest(rooms: readonly Room[]): readonly Room[] {
  const free = rooms.filter(room => room.pods > 0)
  if (free.length <= mostRooms) return free
  const devices = (room: Room) => Object.values(room.devices).reduce((a, b) => a + b, 0)
  const by = [(room: Room) => room.cpu, (room: Room) => room.memory, devices]
  const kept = by.flatMap(amount =>
    free.toSorted((a, b) => amount(b) - amount(a)).slice(0, mostRooms),
  )
  return [...new Set(kept)]
}
