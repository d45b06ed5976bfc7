import { z } from 'zod'
import { Text } from './names.ts'
import { Verdict } from './placement.ts'

const deployment = { namespace: z.string(), name: z.string() }
const counts = z.object({ moves: z.int(), stays: z.int() })

/** What draining a cluster does: what is moved and where, and what cannot be, and why. */
export const DrainPlan = z.object({
  cluster: z.string(),
  moves: z.array(z.object({ ...deployment, to: z.array(z.string()) })),
  stays: z.array(
    z.object({
      ...deployment,
      code: z.string(),
      reason: Text,
      /** Where no other cluster will do: why not, of each. */
      verdicts: z.array(Verdict).optional(),
    }),
  ),
  /** Deployments of other teams among them: counted, and not named. */
  others: counts,
})
export type DrainPlan = z.infer<typeof DrainPlan>

/** Its name once more: what stands there runs on without Kade. */
export const Detach = z.strictObject({ leave: z.string().max(63).optional() })
