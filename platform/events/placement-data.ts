import { z } from 'zod'

/** In both languages of the product. */
export const Text = z.object({ en: z.string(), nl: z.string() })

const amount = z.int().min(0)
/** What some pods ask of a cluster, all alike. */
export const DemandData = z.object({
  request: z.object({
    cpu: amount.describe('millicores'),
    memory: amount.describe('bytes'),
    pods: amount,
    devices: z.record(z.string(), amount),
  }),
  count: amount,
  tolerations: z
    .array(
      z.object({
        key: z.string().optional(),
        operator: z.string().optional(),
        value: z.string().optional(),
        effect: z.string().optional(),
      }),
    )
    .readonly()
    .optional(),
})
/** What was decided of where it runs, why of every cluster, and what was asked for that. */
export const PlacementData = z.object({
  dataClass: z.enum(['public', 'internal', 'personal', 'confidential']).optional(),
  wish: z
    .object({
      regions: z.array(z.string()).optional(),
      affinity: z
        .array(
          z.object({
            clusters: z.array(z.string()).optional(),
            regions: z.array(z.string()).optional(),
            labels: z.record(z.string(), z.string()).optional(),
          }),
        )
        .optional(),
      clusters: z.union([z.int(), z.literal('all')]).optional(),
      replicas: z.enum(['each', 'divided']).optional(),
      waves: z.array(z.array(z.string())).optional(),
      gate: z
        .object({ healthyFor: z.int().optional(), approval: z.boolean().optional() })
        .optional(),
      spread: z.object({ min: z.int().optional(), max: z.int().optional() }).optional(),
    })
    .optional(),
  verdicts: z.array(
    z.object({ cluster: z.string(), chosen: z.boolean(), code: z.string(), reason: Text }),
  ),
})
export type PlacementData = z.infer<typeof PlacementData>
