import { z } from 'zod'
import { Time } from './names.ts'

/** An event as API, stream and audit show it: by bare name, people by account id. */
export const EventView = z.object({
  /** Cursor: send it as `Last-Event-ID` to go on after it. */
  id: z.string(),
  name: z.string(),
  at: Time,
  actor: z.string().optional(),
  /** Namespace and name of the deployment it concerns; the namespace alone where it concerns that. */
  namespace: z.string().optional(),
  deployment: z.string().optional(),
  operation: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
})
export type EventView = z.infer<typeof EventView>
