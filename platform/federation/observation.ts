import type { HealthState } from '#api/health.ts'
import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import type { Phase } from '#platform/events/types.ts'

/** How far a revision with phases has come on one cluster. */
export type Gate = {
  readonly revision: number
  /** The newest phase that has begun. */
  readonly phase: Phase
  /** It is over: its jobs have ended, its workloads serve, and the next may begin. */
  readonly open: boolean
  /** It will not be over by waiting. */
  readonly failure?: Cause
}

/** What an observer sees of one deployment on one cluster at one moment. */
export type Observation = {
  readonly deployment: string
  readonly namespace: string
  readonly name: string
  readonly cluster: string
  /** The lowest revision among its objects: a revision stands when all of its objects carry it. */
  readonly revision: number | null
  readonly state: HealthState
  /** One sentence for people, from the pod or object that decides. */
  readonly reason?: Text
  /** All workloads are Current at this revision: new pods serve, old ones are gone. */
  readonly ready: boolean
  /** A failure that waiting will not mend (image cannot be pulled, crash loop, unschedulable, quota). */
  readonly failure?: Cause
  /** Of a revision with phases. */
  readonly gate?: Gate
  /** `Kind/name` of objects whose owned fields differ from what was applied. */
  readonly drift: readonly string[]
  readonly at: Date
}
