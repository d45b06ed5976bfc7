import { z } from 'zod'
import { Id, Text, Time } from './names.ts'
import { InstallationRole } from './roles.ts'

/** RFC 6902 operation. Applied to the create or update body it was found in, it makes the finding go away. */
export const PatchOperation = z.object({
  op: z.enum(['add', 'replace', 'remove']),
  path: z.string(),
  value: z.unknown().optional(),
})
export type PatchOperation = z.infer<typeof PatchOperation>

/** What a policy says of a configuration. */
export const Finding = z.object({
  policy: z.string(),
  /** `deny` stops the deployment; `warn` is told and passes. */
  severity: z.enum(['deny', 'warn']),
  title: Text,
  message: Text,
  why: Text,
  /** JSON Pointer into the request body (`/resources/limits/memory`), or into the rendered objects (`/objects/2/spec/…`). */
  path: z.string(),
  fix: z.array(PatchOperation).nullable(),
  /** Whose consent an exception needs. */
  approver: z.string(),
  /** Of what denies, or would without an exception: whether one can be asked for, or was given and until when. */
  exception: z
    .discriminatedUnion('state', [
      z.object({ state: z.literal('possible') }),
      z.object({ state: z.literal('impossible'), why: Text }),
      z.object({ state: z.literal('given'), approval: Id, until: Time, by: InstallationRole }),
    ])
    .optional(),
})
export type Finding = z.infer<typeof Finding>
