import type { HealthState } from '#api/health.ts'
import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { type CauseCode, causeOf } from './causes.ts'
import { beforeItsPhase, gateOf, isHookIn, isLastIn, isLaterIn, withHooks } from './gate.ts'
import { parentName } from './parent.ts'
import type { Status } from './readiness/status.ts'
import { asSimulated, sentences } from './sentences.ts'
import type { MemberSeen, Owner, ParentSeen, PodSeen, ReplicaSetSeen } from './sightings.ts'
import { workloadKinds } from './stages.ts'

/** All that is known of one deployment, gathered from the local copies. */
export type Scene = Owner & {
  readonly parent: ParentSeen | null
  /** By `Kind/name`. */
  readonly members: ReadonlyMap<string, MemberSeen>
  readonly pods: ReadonlyMap<string, PodSeen>
  readonly replicaSets: ReadonlyMap<string, ReplicaSetSeen>
  /** Since when (milliseconds) this revision, or this phase of it, has been seen. */
  readonly revisionSince: number
  /** By uid of pod or workload: since when it is in the trouble it is in. */
  readonly troubleSince: ReadonlyMap<string, number>
  /** Objects whose fields are known to have been changed. */
  readonly drifted: ReadonlySet<string>
}

export type Verdict = {
  readonly observation: Omit<Observation, 'at' | 'cluster'>
  /** Milliseconds after which time alone may change the verdict. */
  readonly recheckIn: number | null
}

/** How long objects may be absent after their revision came: they are being made. */
const creationTime = 15_000
/** A pod that the API server refuses: other pods may be leaving the quota. */
const refusalTime = 15_000
/**
 * After a roll back a Deployment goes on saying that its progress deadline has passed, though it has looked at the newest
 * version, until the failed pods are gone (seen in the controller: a timed-out condition stays until the rollout is complete).
 */
const staleVerdict = 5_000

export type Judged = {
  readonly title: string
  readonly health: HealthState
  readonly message: Text
  readonly failure?: Cause
  readonly recheckIn?: number
}

/** From good to bad: a deployment is as well as the worst of its members (Argo CD's order). */
const worse: readonly HealthState[] = [
  'healthy',
  'suspended',
  'progressing',
  'missing',
  'degraded',
  'unknown',
]

/** Pure: what the scene says at `now`. `kinds` are those being watched: of others nothing is known. */
export function judge(
  scene: Scene,
  now: number,
  { kinds, simulated }: { readonly kinds: ReadonlySet<string>; readonly simulated: boolean },
): Verdict {
  const expected = (scene.parent?.objects ?? [...scene.members.keys()]).filter(title =>
    kinds.has(kindOf(title)),
  )
  // What a module asked not to wait for is seen and listed, and decides nothing.
  const all = expected
    .filter(title => !scene.parent?.noWait?.includes(title))
    .flatMap(title => judgeMember(title, scene, now))
  // A hook says how far the revision has come, and nothing of how the app is.
  const hooks = all.filter(one => isHookIn(scene, one.title))
  const gate = gateOf(scene, all)
  const judged = all
    .filter(one => !hooks.includes(one))
    .map(one => (isLaterIn(scene, one.title) ? beforeItsPhase(one, scene, gate) : one))
  const revision = lowestRevision(scene, expected)
  const present = scene.parent !== null || scene.members.size > 0
  const worst = judged.toSorted((a, b) => worse.indexOf(b.health) - worse.indexOf(a.health))[0]
  const state = present ? (worst?.health ?? 'healthy') : 'missing'
  const failure = judged.find(one => one.failure !== undefined)?.failure
  const drift = driftOf(scene, expected, now)
  const ready =
    present &&
    revision !== null &&
    revision === (scene.parent?.revision ?? revision) &&
    (gate === undefined || (gate.open && isLastIn(scene))) &&
    // Scaled to nothing by the revision is as it should be; by hand it is drift, and serves nobody.
    (state === 'healthy' || (state === 'suspended' && drift.length === 0))
  const reason = withHooks(reasonOf(judged, worst, present), scene, gate, hooks)
  const rechecks = all.flatMap(one => one.recheckIn ?? [])
  return {
    observation: {
      deployment: scene.deployment,
      namespace: scene.namespace,
      name: scene.name,
      revision,
      state,
      reason: simulated && ready ? asSimulated(reason) : reason,
      ready,
      ...(failure !== undefined && { failure }),
      ...(gate !== undefined && { gate }),
      drift,
    },
    recheckIn: rechecks.length === 0 ? null : Math.max(10, Math.min(...rechecks)),
  }
}

/** Whether it may be absent: it is not its turn yet, it has ended well, or it clears itself away. */
function isExcused(title: string, scene: Scene, now: number): boolean {
  if (scene.parent?.phases?.done.includes(title)) return true
  if (isLaterIn(scene, title)) return true
  const mayVanish =
    scene.parent?.vanishing?.includes(title) && now - scene.revisionSince >= creationTime
  // A hook that is gone before its phase was seen to be over may as well never have been there.
  return mayVanish === true && (!isHookIn(scene, title) || isLastIn(scene))
}

function kindOf(title: string): string {
  return title.split('/')[0] ?? ''
}

function lowestRevision(scene: Scene, expected: readonly string[]): number | null {
  const revisions = expected
    .filter(title => !isHookIn(scene, title) && !scene.parent?.oneOff?.includes(title))
    .flatMap(title => scene.members.get(title)?.revision ?? [])
  if (scene.parent !== null) revisions.push(scene.parent.revision)
  return revisions.length === 0 ? null : Math.min(...revisions)
}

function judgeMember(title: string, scene: Scene, now: number): Judged[] {
  const member = scene.members.get(title)
  if (member === undefined) {
    // A workload whose phase has not begun is missed by whoever wants to use it, and by nobody else.
    const isAwaited = isLaterIn(scene, title) && workloadKinds.has(kindOf(title))
    if (isExcused(title, scene, now) && (!isAwaited || isHookIn(scene, title))) return []
    const young = creationTime - (now - scene.revisionSince)
    return young > 0
      ? [{ title, health: 'progressing', message: sentences.beingCreated(title), recheckIn: young }]
      : [{ title, health: 'missing', message: sentences.notThere(title) }]
  }
  // A claim, Service or policy does not gate: pods say by themselves when they lack one.
  if (!workloadKinds.has(member.kind) || member.status === undefined) return []
  const { status } = member
  if (status.state === 'Current') {
    const health = member.suspended === true ? 'suspended' : 'healthy'
    return [{ title, health, message: status.message }]
  }
  if (status.state === 'Failed') return [judgeFailed(member, status, scene, now)]
  const trouble = worstTrouble(member, scene, now)
  if (trouble === null || status.state === 'Terminating' || member.observed === false) {
    return [{ title, health: 'progressing', message: status.message }]
  }
  if (trouble.left <= 0) return [failing(title, trouble.code, trouble.message)]
  return [{ title, health: 'progressing', message: trouble.message, recheckIn: trouble.left }]
}

/** The workload has given up; its pods may know better why. */
function judgeFailed(member: MemberSeen, status: Status, scene: Scene, now: number): Judged {
  const { title, uid } = member
  const left = patienceWith(status.code) - (now - (scene.troubleSince.get(uid) ?? 0))
  if (left > 0) return { title, health: 'progressing', message: status.message, recheckIn: left }
  const told = currentPods(member, scene).find(pod => pod.trouble !== null)?.trouble
  const said = told?.code ?? status.code ?? 'not-ready-in-time'
  // A job is not started again and again.
  const code = member.kind === 'Job' && said === 'crash-loop' ? 'job-failed' : said
  return failing(title, code, told?.message ?? status.message)
}

/** Milliseconds that what a workload says of itself must last. */
function patienceWith(code: CauseCode | undefined): number {
  if (code === 'not-ready-in-time') return staleVerdict
  return code === 'quota-exceeded' || code === 'admission-denied' ? refusalTime : 0
}

function failing(title: string, code: CauseCode, message: Text): Judged {
  return { title, health: 'degraded', message, failure: causeOf(code, title, message) }
}

type DueTrouble = { readonly code: CauseCode; readonly message: Text; readonly left: number }

/** The trouble that is due first, of the workload itself and of the pods of its newest template. */
function worstTrouble(member: MemberSeen, scene: Scene, now: number): DueTrouble | null {
  const left = (uid: string, patience: number) =>
    patience - (now - (scene.troubleSince.get(uid) ?? now))
  const troubles: DueTrouble[] = currentPods(member, scene).flatMap(({ trouble, uid }) =>
    trouble === null || (member.kind === 'Job' && isEnd(trouble.code))
      ? []
      : [{ code: trouble.code, message: trouble.message, left: left(uid, trouble.patience) }],
  )
  const { status } = member
  if (status?.code !== undefined) {
    troubles.push({
      code: status.code,
      message: status.message,
      left: left(member.uid, patienceWith(status.code)),
    })
  }
  return troubles.toSorted((a, b) => a.left - b.left)[0] ?? null
}

/** A job itself says when it has tried often enough; until then a pod of it that ended badly is followed by another. */
function isEnd(code: CauseCode): boolean {
  return code === 'crash-loop' || code === 'out-of-memory'
}

/** Pods of the newest template only: after a roll back the failing pods of the revision before are still leaving. */
export function currentPods(member: MemberSeen, scene: Scene): readonly PodSeen[] {
  const pods = [...scene.pods.values()]
  if (member.kind !== 'Deployment') {
    return pods.filter(
      pod =>
        pod.controller === member.uid &&
        (member.rollout === undefined || pod.hash === undefined || pod.hash === member.rollout),
    )
  }
  const newest = [...scene.replicaSets.values()].find(
    one => one.controller === member.uid && one.rollout === member.rollout,
  )
  return pods.filter(pod => pod.controller === newest?.uid)
}

function reasonOf(judged: readonly Judged[], worst: Judged | undefined, present: boolean): Text {
  if (!present) return sentences.nothingThere()
  if (worst === undefined) return sentences.applied()
  const workloads = judged.length
  return worst.health === 'healthy' && workloads > 1 ? sentences.allReady(workloads) : worst.message
}

function driftOf(scene: Scene, expected: readonly string[], now: number): readonly string[] {
  const settled = now - scene.revisionSince >= creationTime
  const gone = settled
    ? expected.filter(title => !scene.members.has(title) && !isExcused(title, scene, now))
    : []
  // Made by a delayed worker of an older revision, or by hand with our label: the next operation prunes it.
  const known = [...(scene.parent?.objects ?? []), ...(scene.parent?.leftover ?? [])]
  const extra =
    settled && scene.parent !== null
      ? [...scene.members.keys()].filter(title => !known.includes(title))
      : []
  const orphaned = scene.parent === null && scene.members.size > 0
  return [
    ...new Set([
      ...[...scene.drifted].filter(title => scene.members.has(title)),
      ...gone,
      ...extra,
      ...(orphaned ? [`ConfigMap/${parentName(scene.name)}`] : []),
    ]),
  ].toSorted()
}
