import { setTimeout as pause } from 'node:timers/promises'
import type { Text } from '#api/names.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Registrar } from '#platform/federation/registrar.ts'
import { joined } from '#platform/federation/registry.ts'
import type { Worker } from '#platform/orchestration/worker.ts'
import { joinAndOpen } from './clusters.ts'
import type { PlannedCluster } from './planned-cluster.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'

/**
 * Milliseconds: how long a cluster may take to join, binaries included, before it is said to have failed; and before it is tried again,
 * doubled each time.
 */
const usualPace = { deadline: 30 * 60_000, first: 2_000, longest: 5 * 60_000 }

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
  /** Why the newest one failed. */
  failure?: Text
  /** One that took too long, and goes on: a second beside it would start the same cluster twice. */
  opening?: ReturnType<typeof joinAndOpen> | undefined
}

type Outcome = 'joined' | 'failed' | 'refused'

/**
 * Brings one cluster up and hands it to the worker; its state in the registry tells how far it is. Never rejects, and resolves
 * with the first try. Unless a person refused it, it goes on trying until the worker stops: nobody else would. The terminal hears of
 * each other reason once.
 */
export async function joinPlanned(...joining: Joining): Promise<void> {
  const tries: Tries = {}
  const outcome = await tryToJoin(joining, tries)
  if (outcome !== 'joined') void keepOn(joining, tries, outcome)
}

/**
 * Tries again, with growing pauses. What a person refused is only told again, as a failure is: the registry keeps neither while another
 * worker serves the cluster, and that one may have gone since.
 */
async function keepOn(joining: Joining, tries: Tries, before: Outcome): Promise<void> {
  const [, registrar, { stopping }, { spec }, , { first, longest } = usualPace] = joining
  let outcome = before
  for (let wait = first; outcome !== 'joined'; wait = Math.min(wait * 2, longest)) {
    await pause(wait, undefined, { signal: stopping, ref: false }).catch(() => undefined)
    if (stopping.aborted) return
    if (outcome === 'failed') outcome = await tryToJoin(joining, tries)
    else if (tries.failure)
      await registrar.state(spec.name, 'failed', tries.failure).catch(() => undefined)
  }
}

async function tryToJoin(joining: Joining, tries: Tries): Promise<Outcome> {
  const [settings, registrar, worker, planned, report, { deadline } = usualPace] = joining
  const before = tries.failure
  const { name } = planned.spec
  let kept: Promise<void> = Promise.resolve()
  // One after the other: a cluster that has just failed must not be shown as joining for ever.
  const keep = (tell: () => Promise<void>) => {
    kept = kept
      .then(() => toldAtLast(tell))
      .catch(error => report.problem('A state was not kept.', error))
    return kept
  }
  const say = (state: 'joining' | 'ready', message: Text) => {
    report.step(name, message.en)
    return keep(() => registrar.state(name, state, message))
  }
  try {
    // Said at the first try alone: whoever tries again would say each time that it has come, and that it has failed.
    const tell = (message: Text) => void (before || say('joining', message))
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
    await say('ready', joined)
    return 'joined'
  } catch (error) {
    const outcome = mayPass(error) ? 'failed' : 'refused'
    const failure = failureOf(error, outcome)
    tries.failure = failure
    if (failure.en !== before?.en)
      report.problem(`${name} could not join. This is said again when the reason changes:`, error)
    await keep(() => registrar.state(name, 'failed', failure))
    return outcome
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

/** Why, and what becomes of it. */
function failureOf(error: unknown, outcome: Outcome): Text {
  const detail = error instanceof Error ? error.message : String(error)
  const { en, nl } = error instanceof PlatformError ? error.text : { en: detail, nl: detail }
  return outcome === 'failed'
    ? {
        en: `Could not join; it is tried again by itself, in the end every five minutes. ${en}`,
        nl: `Kon niet aansluiten; Kade probeert het vanzelf opnieuw, uiteindelijk elke vijf minuten. ${nl}`,
      }
    : {
        en: `Could not join, and is tried again when the worker is started again. ${en}`,
        nl: `Kon niet aansluiten; Kade probeert het opnieuw als de worker opnieuw wordt gestart. ${nl}`,
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
