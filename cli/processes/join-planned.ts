import { setTimeout as pause } from 'node:timers/promises'
import type { Text } from '#api/names.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Registrar } from '#platform/federation/registrar.ts'
import type { Worker } from '#platform/orchestration/worker.ts'
import { joinAndOpen } from './clusters.ts'
import type { PlannedCluster } from './planned-cluster.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'

/**
 * Milliseconds: how long a cluster may take to join, binaries included, before it is said to have failed; and before it is tried again,
 * doubled each time.
 */
const usualPace = { deadline: 30 * 60_000, first: 2_000, longest: 60_000 }

type Joining = [
  settings: Settings,
  registrar: Registrar,
  worker: Worker,
  planned: PlannedCluster,
  report: Report,
  pace?: typeof usualPace,
]

/** What one try hands to the next. */
type Tries = {
  /** Whether there was one before. */
  again: boolean
  /** One that took too long, and goes on: a second beside it would start the same cluster twice. */
  opening?: ReturnType<typeof joinAndOpen> | undefined
}

/**
 * Brings one cluster up and hands it to the worker; its state in the registry tells how far it is. Never rejects, and resolves
 * with the first try. Unless a person refused it, it goes on trying until the worker stops: nobody else would.
 */
export async function joinPlanned(...joining: Joining): Promise<void> {
  const tries: Tries = { again: false }
  if (!(await tryToJoin(joining, tries))) void keepTrying(joining, tries)
}

async function keepTrying(joining: Joining, tries: Tries): Promise<void> {
  const [, , { stopping }, , , { first, longest } = usualPace] = joining
  for (let wait = first; ; wait = Math.min(wait * 2, longest)) {
    await pause(wait, undefined, { signal: stopping, ref: false }).catch(() => undefined)
    if (stopping.aborted || (await tryToJoin(joining, tries))) return
  }
}

/** False where it failed for a reason that may pass. */
async function tryToJoin(joining: Joining, tries: Tries): Promise<boolean> {
  const [settings, registrar, worker, planned, report, { deadline } = usualPace] = joining
  const { again } = tries
  tries.again = true
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
    // Said at the first try alone: whoever tries again would say twice a minute that it has come, and that it has failed.
    const tell = (message: Text) => {
      if (again) report.step(name, message.en)
      else void say('joining', message)
    }
    const opening = tries.opening ?? joinAndOpen(settings, planned, tell, report)
    tries.opening = opening
    const settled = () => {
      tries.opening = undefined
    }
    opening.then(settled, settled)
    const { engine, simulated, endpoint } = await Promise.race([
      opening,
      new Promise<never>((_, reject) =>
        setTimeout(
          () => reject(new PlatformError('cluster-unreachable', 'It did not join in time.')),
          deadline,
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

/**
 * All but what a person has refused. A credential that is renewed, a kubeconfig that is mended, rights that are given and a guard policy
 * that is late all pass while the worker runs, and look like errors of any kind.
 */
function mayPass(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return true
  return error.code !== 'conflict' && error.code !== 'request-invalid'
}
