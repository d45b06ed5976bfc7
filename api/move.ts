import { z } from 'zod'
import { Finding } from './findings.ts'
import { Name } from './names.ts'
import { Verdict } from './placement.ts'
import { Violation } from './problem.ts'

const to = z.array(Name).min(1).max(100).describe('exactly where it is to run')

/** What brings a deployment to other clusters. It leaves those of now that are not named, once it serves on the others. */
export const MoveDeployment = z.strictObject({
  to,
  /** Agrees that what its volumes hold stays on the clusters it leaves: without it, that is refused. */
  data: z.enum(['leave']).optional(),
  /** Why, in the requester's words; kept in the revision. */
  reason: z.string().max(500).optional(),
})
export type MoveDeployment = z.infer<typeof MoveDeployment>

export const PreviewMove = z.strictObject({ to })
export type PreviewMove = z.infer<typeof PreviewMove>

/** What a move would do. */
export const MovePreview = z.object({
  /** Whether it would be accepted; with `stays` only once that is agreed to. */
  allowed: z.boolean(),
  from: z.array(z.string()),
  to: z.array(z.string()),
  /** Clusters that it would leave. */
  leaves: z.array(z.string()),
  /** Volumes whose data would stay on the clusters it leaves: it begins empty where it goes, but on those of `finds`. */
  stays: z.array(z.string()),
  /** Clusters that it would go to, and on which it would find the data that it left there. */
  finds: z.array(z.string()),
  /** The revision that it takes along: the last that served, or the newest where none has. */
  revision: z.int(),
  /** The newest; where that is another, it never served, and is left behind. */
  newest: z.int(),
  /** One for each cluster, by name. */
  placement: z.array(Verdict),
  violations: z.array(Violation),
  findings: z.array(Finding),
})
export type MovePreview = z.infer<typeof MovePreview>
