import { z } from 'zod'
import { inBoth, Text, Time } from './names.ts'
import { Verdict } from './placement.ts'

const FailoverMode = z.enum(['graceful', 'immediate', 'never'])

/** What is to be done when the cluster of a deployment is down. */
export const SetFailover = z.strictObject({
  /** `graceful` waits `after` seconds; `immediate` no longer than it takes to know that Kade itself is not cut off, a minute. */
  mode: FailoverMode,
  after: z
    .int()
    .min(60, inBoth('at least 60 seconds', 'minstens 60 seconden'))
    .max(86_400, inBoth('at most a day', 'hoogstens een dag'))
    .default(300),
  /** Agrees that volumes stay behind, and that it begins empty where it goes. */
  data: z.literal('leave').optional(),
})
export type SetFailover = z.infer<typeof SetFailover>

/** What is done when the cluster of a deployment is down, and why that. */
export const FailoverChoice = z.object({
  mode: FailoverMode,
  /** Seconds that a cluster has to be down. */
  after: z.int(),
  /** Somebody said so; otherwise it is what holds for deployments of this kind. */
  chosen: z.boolean(),
  why: Text,
})
export type FailoverChoice = z.infer<typeof FailoverChoice>

export const FailoverOfDeployment = FailoverChoice.extend({
  /** Why it is not moved although a cluster of it is down; null where none is, or it is being moved. */
  held: z
    .object({
      since: Time,
      clusters: z.array(z.string()),
      code: z.string(),
      reason: Text,
      /** Where no cluster will do: why not, of each. */
      verdicts: z.array(Verdict).optional(),
    })
    .nullable(),
  /** It was moved away by itself from these, which are well again: moving it back is for a person. Null where it was not. */
  back: z.object({ clusters: z.array(z.string()), at: Time }).nullable(),
})
export type FailoverOfDeployment = z.infer<typeof FailoverOfDeployment>
