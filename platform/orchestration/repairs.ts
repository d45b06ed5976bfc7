/**
 * What a worker does by itself while the hub is away: an object that somebody deleted is made again from the record in the
 * cluster. While the hub is there it does not: a deletion may be part of an operation, and what is missing is shown to people.
 */
import type { Engine } from '#platform/deployments/engine/engine.ts'
import type { Observation } from '#platform/federation/observation.ts'
import type { RepairReport } from './worker-hub.ts'

/** Milliseconds between two looks, and between two tries of one deployment. */
const lookEvery = 5_000
const tryEvery = 20_000
/** Titles that are kept of one deployment until the hub hears of them. */
const mostTitles = 100

type Suspect = {
  readonly engine: Pick<Engine, 'repair'>
  readonly seen: Observation
  triedAt: number
}

export type Repairs = {
  /** Of what is seen, that is looked at of which something is missing or other than applied. */
  seen(engine: Pick<Engine, 'repair'>, observation: Observation): void
  /**
   * A task is to work on this deployment: resolves when no repair does, and none begins until the function given back is called.
   */
  busyWith(deployment: string): Promise<() => void>
  stop(): Promise<void>
}

export function startRepairs(options: {
  isAway: () => boolean
  /** Tells the hub, when it is back; throws as long as it is not. */
  report: (report: RepairReport) => Promise<void>
  log: (message: string, error?: unknown) => void
  now?: () => number
  every?: number
}): Repairs {
  const { isAway, log, now = Date.now } = options
  const suspects = new Map<string, Suspect>()
  const busy = new Map<string, number>()
  const untold = new Map<string, RepairReport>()
  const stopping = new AbortController()
  let repairing: { deployment: string; done: Promise<void> } | undefined
  const repair = async (deployment: string, suspect: Suspect): Promise<void> => {
    suspect.triedAt = now()
    const { namespace, name, cluster } = suspect.seen
    try {
      const target = { deployment, namespace, name }
      const made = await suspect.engine.repair(target, stopping.signal)
      if (made.length === 0) return
      log(`${namespace}/${name}: ${made.join(', ')} was gone, and is there again.`)
      const before = untold.get(deployment)
      const objects = [...new Set([...(before?.objects ?? []), ...made])].slice(0, mostTitles)
      untold.set(deployment, { deployment, cluster, objects, at: new Date(now()) })
    } catch (error) {
      if (!stopping.signal.aborted) log(`${namespace}/${name} could not be repaired.`, error)
    }
  }
  const look = async (): Promise<void> => {
    for (const [deployment, suspect] of suspects) {
      if (stopping.signal.aborted || !isAway()) break
      const rested = now() - suspect.triedAt >= tryEvery
      if (!rested || busy.has(deployment)) continue
      repairing = { deployment, done: repair(deployment, suspect) }
      await repairing.done
      repairing = undefined
    }
    if (isAway()) return
    for (const [deployment, report] of untold) {
      const told = await options.report(report).then(
        () => true,
        () => false,
      )
      if (!told) return
      if (untold.get(deployment) === report) untold.delete(deployment)
    }
  }
  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined
    })
  }, options.every ?? lookEvery)
  return {
    seen(engine, seen) {
      // One that cannot be seen is no less suspect than before.
      if (seen.state === 'unknown') return
      if (seen.drift.length === 0 && seen.state !== 'missing') suspects.delete(seen.deployment)
      else {
        const triedAt = suspects.get(seen.deployment)?.triedAt ?? 0
        suspects.set(seen.deployment, { engine, seen, triedAt })
      }
    },
    async busyWith(deployment) {
      busy.set(deployment, (busy.get(deployment) ?? 0) + 1)
      if (repairing?.deployment === deployment) await repairing.done
      return () => {
        const left = (busy.get(deployment) ?? 1) - 1
        if (left > 0) busy.set(deployment, left)
        else busy.delete(deployment)
      }
    },
    async stop() {
      clearInterval(timer)
      stopping.abort(new Error('This worker is stopping.'))
      await looking
    },
  }
}
