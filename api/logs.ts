import { z } from 'zod'
import { Time } from './names.ts'

export const LogLine = z.object({
  at: Time.nullable(),
  /** Where its pod runs. */
  cluster: z.string().optional(),
  pod: z.string(),
  container: z.string(),
  text: z.string(),
})
export const Logs = z.object({
  items: z.array(LogLine),
  simulated: z.boolean(),
  truncated: z.boolean(),
  /** Clusters that did not answer: what runs there is not among these. */
  silent: z.array(z.string()).optional(),
})
export type Logs = z.infer<typeof Logs>
