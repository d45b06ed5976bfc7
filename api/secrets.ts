import { z } from 'zod'
import { Text } from './names.ts'

/** The name of a secret as its app gives it (`firstAdminPassword`); `<need>.key` is the credential of a binding. */
export const SecretName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z][-.\w]*$/, 'letters, digits, dots, dashes and _; begins with a letter')

/** Where a value comes from: made by Kade, given in the form, or come with a binding. */
export const SecretKind = z.enum(['generated', 'provided', 'bound'])

/** A secret of a deployment, without its value. */
export const DeploymentSecret = z.object({
  name: z.string(),
  kind: SecretKind,
  title: Text,
  description: Text.optional(),
  /** Whether what runs takes it; a generated password is not taken by an app that was given one. */
  inUse: z.boolean(),
  /** Present where the value is meant for a person, and may be revealed. */
  revealed: z.object({ purpose: Text, userName: z.string().optional() }).optional(),
})
export type DeploymentSecret = z.infer<typeof DeploymentSecret>

/** A value, for the eyes of who asked. `title` is what it is for. */
export const RevealedSecret = z.object({ name: z.string(), value: z.string(), title: Text })
export type RevealedSecret = z.infer<typeof RevealedSecret>
