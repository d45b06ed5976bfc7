import { z } from 'zod'
import { Finding } from './findings.ts'
import { Environment, Name } from './names.ts'

/** What the policies of now say of what a deployment is, whatever they said when it was asked for. Nothing is changed by it. */
export const Compliance = z.object({
  namespace: Name,
  name: Name,
  app: z.string(),
  environment: Environment,
  revision: z.number().int(),
  /** Whether it would be deployed today as it is. */
  allowed: z.boolean(),
  /** `null` where it cannot be judged, since its app has left the shelf. */
  findings: z.array(Finding).nullable(),
})
export type Compliance = z.infer<typeof Compliance>
