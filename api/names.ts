import { z } from 'zod'

/** The message of a check in both languages; as JSON, because zod keeps one string (see `inBoth` in the kit). */
export function inBoth(en: string, nl: string): string {
  return JSON.stringify({ en, nl })
}

/** A Kubernetes object name (RFC 1123 label): what namespaces, deployments, clusters and apps are called. */
export const Name = z
  .string()
  .max(
    53,
    inBoth(
      'at most 53 characters, so that names derived from it fit Kubernetes',
      'hoogstens 53 tekens, zodat afgeleide namen in Kubernetes passen',
    ),
  )
  .regex(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    inBoth(
      'lower-case letters, digits and dashes; begins with a letter',
      'kleine letters, cijfers en streepjes; begint met een letter',
    ),
  )

/** An environment variable name as Kubernetes and every shell accept it. */
export const EnvName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, inBoth('letters, digits and _', 'letters, cijfers en _'))

export const Id = z.uuid()

/** RFC 3339, UTC. */
export const Time = z.iso.datetime()

export const Host = z
  .string()
  .max(253)
  .regex(
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    inBoth('a lower-case host name', 'een hostnaam in kleine letters'),
  )

/** A Kubernetes quantity, for CPU (`250m`, `2`) or memory (`512Mi`, `2Gi`). */
export const Quantity = z
  .string()
  .max(20)
  .regex(
    /^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/,
    inBoth(
      'a quantity such as 250m, 2, 512Mi or 2Gi',
      'een hoeveelheid zoals 250m, 2, 512Mi of 2Gi',
    ),
  )

export const Environment = z.enum(['dev', 'staging', 'prod'])
export type Environment = z.infer<typeof Environment>

/** A text in both languages of the product. */
export const Text = z.object({ en: z.string(), nl: z.string() })
export type Text = z.infer<typeof Text>
