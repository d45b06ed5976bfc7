import { type Amounts, minus, wholeTimes } from './amounts.ts'
import type { Room, Taint } from './survey.ts'

export type Toleration = {
  readonly key?: string | undefined
  readonly operator?: string | undefined
  readonly value?: string | undefined
  readonly effect?: string | undefined
}

/** Pods of one kind: what each takes, and which taints it stands. */
export type PodDemand = {
  readonly request: Amounts
  readonly count: number
  readonly tolerations?: readonly Toleration[]
}

/** As Kubernetes matches them; besides, a pod that asks for a device stands the taint that keeps others from it. */
function stands(pod: PodDemand, taint: Taint): boolean {
  if ((pod.request.devices[taint.key] ?? 0) > 0) return true
  return (pod.tolerations ?? []).some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (effect === undefined || effect === '' || effect === taint.effect) &&
      (operator === 'Exists'
        ? key === undefined || key === '' || key === taint.key
        : key === taint.key && value === (taint.value ?? '')),
  )
}

function takes(pod: PodDemand, room: Room): number {
  if (room.taints?.some(taint => !stands(pod, taint))) return 0
  return wholeTimes(room, pod.request)
}

/** How many of these pods go into the rooms, node by node; without end where one takes nothing. */
export function howMany(rooms: readonly Room[], pod: PodDemand): number {
  let sum = 0
  for (const room of rooms) sum += takes(pod, room)
  return sum
}

/**
 * Whether all pods fit wherever they go: each spoils one room at most, so it is enough that for each of them more rooms would do
 * than there are pods. A look that settles most cases, before anything is laid out.
 */
export function surelyFit(
  rooms: readonly Room[],
  pods: readonly PodDemand[],
  before: readonly PodDemand[],
): boolean {
  const count = (of: readonly PodDemand[]) => of.reduce((sum, pod) => sum + pod.count, 0)
  const all = count(pods) + count(before)
  return pods.every(pod => {
    let able = 0
    for (const room of rooms) if (takes(pod, room) > 0 && ++able >= all) return true
    return pod.count === 0
  })
}

/**
 * The rooms after these pods have gone in, each to the roomiest node as the scheduler likes it, and how many did not fit. It is an
 * estimate: affinities and volumes of pods are not looked at, and the scheduler may choose other nodes.
 */
export function occupied(
  rooms: readonly Room[],
  pod: PodDemand,
): { readonly rooms: readonly Room[]; readonly left: number } {
  const now = [...rooms]
  let left = pod.count
  while (left > 0) {
    let room: Room | undefined
    for (const one of now)
      if ((room === undefined || one.cpu > room.cpu) && takes(pod, one) > 0) room = one
    if (room === undefined) break
    // Many at a time share the nodes out, as one after the other would.
    const share = Math.min(left, takes(pod, room), Math.ceil(left / now.length))
    now[now.indexOf(room)] = { ...room, ...minus(room, multiplied(pod.request, share)) }
    left -= share
  }
  return { rooms: now, left }
}

/** All of them, largest first, which leaves the least room unused. */
export function occupiedByAll(rooms: readonly Room[], pods: readonly PodDemand[]) {
  const large = pods.toSorted(
    (a, b) => b.request.cpu - a.request.cpu || b.request.memory - a.request.memory,
  )
  return large.reduce(
    (before, pod) => {
      const after = occupied(before.rooms, pod)
      return { rooms: after.rooms, left: before.left + after.left }
    },
    { rooms, left: 0 },
  )
}

function multiplied(one: Amounts, count: number): Amounts {
  return {
    cpu: one.cpu * count,
    memory: one.memory * count,
    pods: one.pods * count,
    devices: Object.fromEntries(
      Object.entries(one.devices).map(([name, each]) => [name, each * count]),
    ),
  }
}
