import { setTimeout as pause } from 'node:timers/promises'
import type { Text } from '#api/names.ts'
import { KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Registrar } from '#platform/federation/registrar.ts'
import type { Worker } from '#platform/orchestration/worker.ts'
import { joinAndOpen } from './clusters.ts'
import type { PlannedCluster } from './planned-cluster.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'

/** How long a cluster may take to join, binaries included, before it is given up by name. */
const joinDeadline = 30 * 60_000

/** Milliseconds before what may pass is tried again, doubled each time. */
const pauses = { first: 2_000, longest: 60_000 }

type Joining = [
  settings: Settings,
  registrar: Registrar,
  worker: Worker,
  planned: PlannedCluster,
  report: Report,
]

/**
 * Brings one cluster up and hands it to the worker; its state in the registry tells how far it is. Never rejects, and resolves
 * with the first try. Where database or cluster cannot be reached it goes on trying until the worker stops: nobody else would.
 */
export async function joinPlanned(...joining: Joining): Promise<void> {
  if (!(await tryToJoin(...joining))) void keepTrying(joining)
}

async function keepTrying(joining: Joining): Promise<void> {
  const [, , { stopping }] = joining
  for (let wait = pauses.first; ; wait = Math.min(wait * 2, pauses.longest)) {
    await pause(wait, undefined, { signal: stopping, ref: false }).catch(() => undefined)
    if (stopping.aborted || (await tryToJoin(...joining))) return
  }
}

/** False where it failed for a reason that may pass. */
async function tryToJoin(...[settings, registrar, worker, planned, report]: Joining) {
  const { name } = planned.spec
  let kept: Promise<void> = Promise.resolve()
  // One after the other: a cluster that has just failed must not be shown as joining for ever.
  const keep = (tell: () => Promise<void>) => {
    kept = kept
      .then(() => toldAtLast(tell))
      .catch(error => report.problem('A state was not kept.', error))
    return kept
  }
  const say = (state: 'starting' | 'joining' | 'ready' | 'failed', message: Text) => {
    report.step(name, message.en)
    return keep(() => registrar.state(name, state, message))
  }
  try {
    const { engine, simulated, endpoint } = await Promise.race([
      joinAndOpen(settings, planned, message => void say('joining', message), report),
      new Promise<never>((_, reject) =>
        setTimeout(
          () => reject(new PlatformError('cluster-unreachable', 'It did not join in time.')),
          joinDeadline,
        ).unref(),
      ),
    ])
    // Told when it can be: a cluster is served also while the hub is away.
    void keep(() => registrar.simulated(name, simulated))
    void keep(() => registrar.endpoint(name, endpoint))
    await worker.serve(name, engine)
    await say('ready', { en: 'Joined.', nl: 'Aangesloten.' })
    return true
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    report.problem(`${name} could not join.`, error)
    await say('failed', { en: `Could not join: ${detail}`, nl: `Kon niet aansluiten: ${detail}` })
    return !mayPass(error)
  }
}

/** Tells the registry, again and again for some seconds while its database restarts. */
async function toldAtLast(tell: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await tell()
    } catch (error) {
      const isAway = error instanceof PlatformError && error.code === 'database-unreachable'
      if (!isAway || tries === 10) throw error
    }
    await pause(1_000, undefined, { ref: false })
  }
}

/** Database or API server did not answer, or not now. A kubeconfig that cannot be used does not mend itself. */
function mayPass(error: unknown): boolean {
  if (error instanceof KubeError) return error.code === 0 || error.code === 429 || error.code >= 500
  return error instanceof PlatformError && error.code === 'database-unreachable'
}
