import type { Observation } from '#platform/federation/observation.ts'
import { sentences } from './sentences.ts'
import type { MemberSeen, ParentSeen, PodSeen, ReplicaSetSeen, Sighting } from './sightings.ts'
import { judge, type Scene, type Verdict } from './verdict.ts'

/** Changes come in bursts (a rollout touches Deployment, ReplicaSet and pods): one verdict for all of them. Milliseconds. */
const coalesce = 200
/** Milliseconds for which news of mere progress waits: most of it is overtaken by then, and nothing is decided by it. */
const progressWaits = 1_000

export type ScenesOptions = {
  readonly cluster: string
  readonly simulated: boolean
  /** Member kinds that are being watched. */
  readonly kinds: ReadonlySet<string>
  /** Whether the object's own fields were changed; null when that cannot be said now. */
  readonly checkDrift: (member: MemberSeen) => Promise<boolean | null>
  readonly onChange: (seen: Observation) => void
}

export type Scenes = {
  seen(sighting: Sighting): void
  gone(sighting: Sighting): void
  /** From now on changes are told; with `again` also what has been told before. */
  tellAll(again: boolean): void
  setOnline(online: boolean): void
  close(): void
}

/** What is known of one deployment, as it is being gathered. */
type OpenScene = {
  readonly deployment: string
  namespace: string
  name: string
  parent: ParentSeen | null
  readonly members: Map<string, MemberSeen>
  readonly pods: Map<string, PodSeen>
  readonly replicaSets: Map<string, ReplicaSetSeen>
  revisionSince: number
  readonly troubleSince: Map<string, number>
  readonly drifted: Set<string>
  told: string
  /** Since when there is progress to tell of; null where there is none. */
  progressSince: number | null
  timer: NodeJS.Timeout | null
}

/** All deployments of a cluster, from sightings to observations. */
export function openScenes(options: ScenesOptions): Scenes {
  const scenes = new Map<string, OpenScene>()
  const dirty = new Set<string>()
  let online = true
  let telling = false
  let flushing: NodeJS.Timeout | null = null
  let closed = false

  const touch = (deployment: string) => {
    dirty.add(deployment)
    if (!telling || closed || flushing !== null) return
    flushing = setTimeout(flush, coalesce)
  }
  const flush = () => {
    flushing = null
    const now = [...dirty]
    dirty.clear()
    for (const deployment of now) {
      const scene = scenes.get(deployment)
      if (scene !== undefined) tell(scene)
    }
  }
  const tell = (scene: OpenScene) => {
    if (scene.timer !== null) clearTimeout(scene.timer)
    scene.timer = null
    const { observation, recheckIn } = online
      ? judge(scene, Date.now(), options)
      : { observation: unknown(scene), recheckIn: null }
    const text = JSON.stringify(observation)
    const waits = text === scene.told ? null : timeLeft(scene, observation)
    if (text !== scene.told && waits === null) {
      scene.told = text
      options.onChange({ ...observation, cluster: options.cluster, at: new Date() })
    }
    if (waits === null) scene.progressSince = null
    const again = [recheckIn, waits].filter(one => one !== null)
    if (isEmpty(scene)) scenes.delete(scene.deployment)
    else if (again.length > 0 && !closed) {
      scene.timer = setTimeout(() => touch(scene.deployment), Math.min(...again))
      scene.timer.unref()
    }
  }
  const lookForDrift = async (member: MemberSeen) => {
    // A cluster that does not answer now is asked again with the next change.
    const changed = await options.checkDrift(member).catch(() => null)
    const scene = scenes.get(member.deployment)
    if (changed === null || scene === undefined) return
    if (changed) scene.drifted.add(member.title)
    else scene.drifted.delete(member.title)
    touch(member.deployment)
  }
  return {
    seen(sighting) {
      const scene = scenes.get(sighting.deployment) ?? newScene(sighting)
      scenes.set(sighting.deployment, scene)
      const suspect = take(scene, sighting)
      if (suspect !== null && !closed) void lookForDrift(suspect)
      touch(sighting.deployment)
    },
    gone(sighting) {
      const scene = scenes.get(sighting.deployment)
      if (scene === undefined) return
      drop(scene, sighting)
      touch(sighting.deployment)
    },
    tellAll(again) {
      telling = true
      for (const scene of scenes.values()) {
        if (again) scene.told = ''
        touch(scene.deployment)
      }
    },
    setOnline(now) {
      online = now
      for (const deployment of scenes.keys()) touch(deployment)
    },
    close() {
      closed = true
      if (flushing !== null) clearTimeout(flushing)
      for (const { timer } of scenes.values()) if (timer !== null) clearTimeout(timer)
    },
  }
}

function newScene({ deployment, namespace, name }: Sighting): OpenScene {
  return {
    deployment,
    namespace,
    name,
    parent: null,
    members: new Map(),
    pods: new Map(),
    replicaSets: new Map(),
    revisionSince: Date.now(),
    troubleSince: new Map(),
    drifted: new Set(),
    told: '',
    progressSince: null,
    timer: null,
  }
}

/** Milliseconds that an observation waits still before it is told; null where it is due. */
function timeLeft(
  scene: OpenScene,
  { state, ready, failure, gate, drift }: Verdict['observation'],
): number | null {
  const decides = ready || failure !== undefined || gate !== undefined || drift.length > 0
  if (state !== 'progressing' || decides) return null
  scene.progressSince ??= Date.now()
  const left = scene.progressSince + progressWaits - Date.now()
  return left > 0 ? left : null
}

function isEmpty(scene: Scene): boolean {
  return scene.parent === null && scene.members.size === 0 && scene.pods.size === 0
}

function unknown(scene: OpenScene): Omit<Observation, 'at' | 'cluster'> {
  const { deployment, namespace, name, parent } = scene
  return {
    deployment,
    namespace,
    name,
    revision: parent?.revision ?? null,
    state: 'unknown',
    reason: sentences.clusterUnreachable(),
    ready: false,
    drift: [...scene.drifted].toSorted(),
  }
}

/** Puts a sighting into its scene; returns the member whose fields should be looked at. */
function take(scene: OpenScene, sighting: Sighting): MemberSeen | null {
  switch (sighting.type) {
    case 'parent':
      if (!isSamePhase(scene.parent, sighting)) scene.revisionSince = Date.now()
      scene.parent = sighting
      scene.namespace = sighting.namespace
      scene.name = sighting.name
      return null
    case 'replica-set':
      scene.replicaSets.set(sighting.uid, sighting)
      return null
    case 'pod':
      noteTrouble(
        scene,
        sighting.uid,
        scene.pods.get(sighting.uid)?.trouble?.code,
        sighting.trouble?.code,
      )
      scene.pods.set(sighting.uid, sighting)
      return null
    case 'member': {
      const before = scene.members.get(sighting.title)
      // A new revision gets its own time: what is said of it first may still be about the one before.
      const code = before?.revision === sighting.revision ? before.status?.code : undefined
      noteTrouble(scene, sighting.uid, code, sighting.status?.code)
      scene.members.set(sighting.title, sighting)
      return suspectOf(scene, sighting, before)
    }
  }
}

function isSamePhase(before: ParentSeen | null, now: ParentSeen): boolean {
  return before?.revision === now.revision && before.phases?.reached === now.phases?.reached
}

/** A trouble counts from when it was first seen, until it turns into another or goes. */
function noteTrouble(
  scene: OpenScene,
  uid: string,
  before: string | undefined,
  now: string | undefined,
): void {
  if (now === undefined) scene.troubleSince.delete(uid)
  else if (now !== before) scene.troubleSince.set(uid, Date.now())
}

function suspectOf(
  scene: OpenScene,
  now: MemberSeen,
  before: MemberSeen | undefined,
): MemberSeen | null {
  const applied =
    before?.uid !== now.uid || before.revision !== now.revision || before.digest !== now.digest
  // Kade has just written all of it, and nobody else holds anything.
  if (applied && !now.touched) scene.drifted.delete(now.title)
  const taken = !applied && before.held !== now.held
  return now.touched || taken || scene.drifted.has(now.title) ? now : null
}

function drop(scene: OpenScene, sighting: Sighting): void {
  switch (sighting.type) {
    case 'parent':
      scene.parent = null
      return
    case 'replica-set':
      scene.replicaSets.delete(sighting.uid)
      return
    case 'pod':
      scene.pods.delete(sighting.uid)
      scene.troubleSince.delete(sighting.uid)
      return
    case 'member':
      // Made again under the same name in the meantime: the newer one stays.
      if (scene.members.get(sighting.title)?.uid !== sighting.uid) return
      scene.members.delete(sighting.title)
      scene.troubleSince.delete(sighting.uid)
      scene.drifted.delete(sighting.title)
  }
}
