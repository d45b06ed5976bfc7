/**
 * What a worker does by itself while the hub is away: an object that somebody deleted is made again from the record in the
 * cluster. While the hub is there it does not: a deletion may be part of an operation, and what is missing is shown to people.
 */
import type { Engine } from '#platform/deployments/engine/engine.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { startTicks } from '#platform/ticks.ts'
import type { RepairReport } from './worker-hub.ts'

/** Milliseconds between two looks, and between two tries of one deployment in one cluster. */
const lookEvery = 5_000
const tryEvery = 20_000
/** Titles that are kept of one deployment in one cluster until the hub hears of them. */
const mostTitles = 100

type Suspect = {
  readonly engine: Pick<Engine, 'repair'>
  readonly seen: Observation
  triedAt: number
}

/** One deployment may stand in several clusters of this worker: each of them is repaired by itself. */
type Place = { readonly deployment: string; readonly cluster: string }

const placeOf = ({ deployment, cluster }: Place) => `${cluster} ${deployment}`

export type Repairs = {
  /** Of what is seen, that is looked at of which something is missing or other than applied. */
  seen(engine: Pick<Engine, 'repair'>, observation: Observation): void
  /**
   * A task is to work on this deployment in this cluster: resolves when no repair does, and none begins until the function given
   * back is called.
   */
  busyWith(place: Place): Promise<() => void>
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
  let repairing: { place: string; done: Promise<void> } | undefined
  const repair = async (place: string, suspect: Suspect): Promise<void> => {
    suspect.triedAt = now()
    const { deployment, namespace, name, cluster } = suspect.seen
    const failed = (error: unknown) => {
      if (!stopping.signal.aborted) log(`${namespace}/${name} could not be repaired.`, error)
    }
    try {
      const target = { deployment, namespace, name }
      const repaired = await suspect.engine.repair(target, stopping.signal)
      const { made } = repaired
      if (repaired.failed !== undefined) failed(repaired.failed)
      if (made.length === 0) return
      log(`${namespace}/${name}: ${made.join(', ')} was gone, and is there again.`)
      const before = untold.get(place)
      const objects = [...new Set([...(before?.objects ?? []), ...made])].slice(0, mostTitles)
      untold.set(place, { deployment, cluster, objects, at: new Date(now()) })
    } catch (error) {
      failed(error)
    }
  }
  const look = async (): Promise<void> => {
    for (const [place, suspect] of suspects) {
      if (stopping.signal.aborted || !isAway()) break
      const rested = now() - suspect.triedAt >= tryEvery
      if (!rested || busy.has(place)) continue
      repairing = { place, done: repair(place, suspect) }
      await repairing.done
      repairing = undefined
    }
    if (isAway()) return
    for (const [place, report] of untold) {
      const told = await options.report(report).then(
        () => true,
        () => false,
      )
      if (!told) return
      if (untold.get(place) === report) untold.delete(place)
    }
  }
  const stopLooking = startTicks(options.every ?? lookEvery, look, error =>
    log('What is gone could not be looked for.', error),
  )
  return {
    seen(engine, seen) {
      // One that cannot be seen is no less suspect than before.
      if (seen.state === 'unknown') return
      const place = placeOf(seen)
      if (seen.drift.length === 0 && seen.state !== 'missing') suspects.delete(place)
      else {
        const triedAt = suspects.get(place)?.triedAt ?? 0
        suspects.set(place, { engine, seen, triedAt })
      }
    },
    async busyWith(where) {
      const place = placeOf(where)
      busy.set(place, (busy.get(place) ?? 0) + 1)
      if (repairing?.place === place) await repairing.done
      return () => {
        const left = (busy.get(place) ?? 1) - 1
        if (left > 0) busy.set(place, left)
        else busy.delete(place)
      }
    },
    async stop() {
      stopping.abort(new Error('This worker is stopping.'))
      await stopLooking()
    },
  }
}
