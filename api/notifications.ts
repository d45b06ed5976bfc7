import { z } from 'zod'
import { Id, Text, Time } from './names.ts'

/** Something the people of a team, or those of a role, should hear of. */
export const Notification = z.object({
  id: Id,
  /** `ended`: as it was asked; `failed`; `needs-you`: it does not go on without a person. */
  kind: z.enum(['ended', 'failed', 'needs-you']),
  text: Text,
  /** The deployment it is about. */
  namespace: z.string().optional(),
  deployment: z.string().optional(),
  /** The request for approval it is about. */
  approval: Id.optional(),
  at: Time,
  /** By whoever asks. */
  read: z.boolean(),
})
export type Notification = z.infer<typeof Notification>

export const NotificationList = z.object({
  items: z.array(Notification),
  next: z.string().nullable(),
  /** How many are unread in all. */
  unread: z.int(),
})
export type NotificationList = z.infer<typeof NotificationList>
