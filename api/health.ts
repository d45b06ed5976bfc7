import { z } from 'zod'
import { Text, Time } from './names.ts'

export const HealthState = z.enum([
  'healthy',
  'progressing',
  'degraded',
  'suspended',
  'missing',
  'unknown',
])
export type HealthState = z.infer<typeof HealthState>

/** What was last seen in the cluster. `since` is when this state began; `unknown` counts from the last sighting. */
export const Health = z.object({ state: HealthState, since: Time, reason: Text.optional() })
export type Health = z.infer<typeof Health>
