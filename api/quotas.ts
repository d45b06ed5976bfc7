import { z } from 'zod'

/** `environment`: all namespaces of that environment together. */
export const QuotaScope = z.enum(['namespace', 'team', 'environment'])
export type QuotaScope = z.infer<typeof QuotaScope>

const Quantity = z
  .string()
  .max(20)
  .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'is not a quantity such as 500m, 16 or 64Gi')

/** What may be taken of all clusters together; what is left out has no limit. */
export const QuotaLimits = z.strictObject({
  cpu: Quantity.optional(),
  memory: Quantity.optional(),
  storage: Quantity.optional(),
  deployments: z.int().min(0).max(100_000).optional(),
  /** By the name of their resource, such as `nvidia.com/gpu`. */
  devices: z.record(z.string().max(120), z.int().min(0).max(100_000)).optional(),
})
export type QuotaLimits = z.infer<typeof QuotaLimits>

/** One limit, and what is taken of it. */
export const QuotaUse = z.object({
  scope: QuotaScope,
  name: z.string(),
  /** `cpu` (millicores), `memory` and `storage` (bytes), `deployments`, or a device by the name of its resource. */
  resource: z.string(),
  limit: z.number(),
  used: z.number(),
  /** Once what is previewed would be there. */
  after: z.number().optional(),
})
export type QuotaUse = z.infer<typeof QuotaUse>

export const Quota = z.object({
  scope: QuotaScope,
  name: z.string(),
  limits: QuotaLimits,
  uses: z.array(QuotaUse),
})
export type Quota = z.infer<typeof Quota>
