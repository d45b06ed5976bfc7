import { z } from 'zod'
import { Time } from './names.ts'
import { OneTimeToken, PersonName } from './password.ts'

/** The shape of RFC 8628: a program without a browser shows a code, and a person lets it in from the portal. */
export const StartDeviceLogin = z.strictObject({ client: PersonName })

export const DeviceLogin = z.object({
  /** Kept by the program, shown to nobody. */
  deviceCode: z.string(),
  /** Shown to the person. */
  userCode: z.string(),
  /** The page of the portal, with the code in its fragment. */
  path: z.string(),
  /** Seconds that the program waits between two questions. */
  interval: z.int(),
  expiresAt: Time,
})
export type DeviceLogin = z.infer<typeof DeviceLogin>

export const AskDeviceLogin = z.strictObject({ deviceCode: OneTimeToken })

/** How it stands. `slow-down`: it was asked too soon, and the interval is longer from now on. The token is given once. */
export const DeviceLoginAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['pending', 'slow-down']), interval: z.int() }),
  z.object({ state: z.enum(['denied', 'expired']) }),
  z.object({
    state: z.literal('approved'),
    token: z.string(),
    expiresAt: Time,
    account: z.string(),
  }),
])
export type DeviceLoginAnswer = z.infer<typeof DeviceLoginAnswer>

export const UserCode = z.string().regex(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)

/** What asks to be let in. */
export const DeviceLoginRequest = z.object({
  client: z.string(),
  requestedAt: Time,
  expiresAt: Time,
})
export type DeviceLoginRequest = z.infer<typeof DeviceLoginRequest>
