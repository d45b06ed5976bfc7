import { z } from 'zod'

const operation = { operation: z.uuid() }

/** The clusters of a change, wave by wave, and what has to be seen of one wave before the next begins. */
export const WavesData = z.object({
  clusters: z.array(z.array(z.string()).min(1)).min(2),
  /** Seconds for which all of a wave has to serve. */
  healthyFor: z.int().min(0),
  /** Whether a person lets the next wave begin. */
  approval: z.boolean(),
})
export type WavesData = z.infer<typeof WavesData>

/** What happens to a deployment cluster by cluster (stream `deployment-<uuid>`). */
export const placeEvents = {
  /** What the revision replaced is gone from a cluster, and there are others on which it is not. */
  PlaceSettled: z.object({ ...operation, cluster: z.string(), revision: z.int() }),
  /** It runs on the clusters it was to go to; those it left are emptied from now on, as soon as each can be reached. */
  DeploymentMoved: z.object({
    ...operation,
    revision: z.int(),
    from: z.array(z.string()),
    to: z.array(z.string()),
  }),
  /** Its objects are gone from a cluster: one that it left, or one of several while it is deleted. */
  PlaceEmptied: z.object({
    ...operation,
    cluster: z.string(),
    /** Objects that were kept there, as `Kind/name`: they outlive it. */
    kept: z.array(z.string()).optional(),
    /** Its data is erased there, with what was kept of these earlier deployments of its name. */
    erased: z.array(z.uuid()).optional(),
  }),
  /** A wave serves, and the next one waits for a person. */
  WaveHeld: z.object({ ...operation, wave: z.int().min(1) }),
  /** The next wave begins; `actor` is who let it. */
  WaveStarted: z.object({
    ...operation,
    wave: z.int().min(2),
    actor: z.string().optional(),
    /** The wave before, of which nothing was heard: that person went on without it. */
    passed: z.array(z.string()).optional(),
  }),
} as const
