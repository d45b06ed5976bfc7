import type { NeedSpec, Revealed, SecretRef, SecretSpec, Text } from './app.ts'
import type { ModuleFinding } from './module-error.ts'

/** A secret of an app, written with `generated` or `provided`; `G` says whether a value is certain to exist. */
export type Secret<G extends boolean = boolean> = Omit<SecretSpec, 'name'> & {
  readonly certain: G
}

/** What the author's functions see: a reference, absent for an optional secret that nobody gave. */
export type SecretRefs<X extends Readonly<Record<string, Secret>>> = {
  readonly [K in keyof X]: X[K] extends Secret<true> ? SecretRef : SecretRef | undefined
}

/** A random value, made once per deployment and kept across revisions. */
export function generated(options: {
  readonly title: Text
  readonly description?: Text
  /** Random bytes; at least 16. */
  readonly bytes?: number
  /** `hex` for an app that reads the bytes back, such as an AES key; otherwise base64url. */
  readonly encoding?: 'base64url' | 'hex'
  /** Put before the value, where the app wants it so. */
  readonly prefix?: string
  /** For a value that a person needs, such as a first password; without it nobody can read the value back. */
  readonly revealed?: Revealed
}): Secret<true> {
  return { kind: 'generated', optional: false, certain: true, bytes: 32, ...options }
}

/** A value that a person gives in the form; it is never shown again. Without `optional` a deployment needs it. */
export function provided(options: {
  readonly title: Text
  readonly description?: Text
}): Secret<true> {
  return { kind: 'provided', optional: false, certain: true, ...options }
}

/** A value that a person may give in the form; it is never shown again. */
export function optional(options: {
  readonly title: Text
  readonly description?: Text
}): Secret<false> {
  return { kind: 'provided', optional: true, certain: false, ...options }
}

/** Every key of the deployment's Secret: the author's own, and one that comes with each binding. */
export function secretSpecs(
  secrets: Readonly<Record<string, Secret>>,
  needs: readonly NeedSpec[],
): readonly SecretSpec[] {
  const own = Object.entries(secrets).map(([name, { certain: _, ...spec }]) => ({ name, ...spec }))
  const bound = needs.map(({ name, capability }) => ({
    name: `${name}.key`,
    kind: 'bound' as const,
    optional: true,
    title: { en: `Key for ${capability}`, nl: `Sleutel voor ${capability}` },
  }))
  return [...own, ...bound]
}

/** A reference per secret; an optional one only when it was given. */
export function secretRefs(
  secrets: Readonly<Record<string, Secret>>,
  given: readonly string[],
): Readonly<Record<string, SecretRef | undefined>> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, { certain }]) => [
      name,
      certain || given.includes(name) ? { secretKey: name } : undefined,
    ]),
  )
}

/** The user name that goes with a value that may be revealed, under these settings; undefined where the module knows none. */
export function userNameOf(
  { userName }: Revealed,
  settings: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof userName !== 'object') return userName
  const answer = settings[userName.setting]
  return typeof answer === 'string' && answer !== '' ? answer : undefined
}

/** A finding for each user name that is said to come from a setting which the app does not have, or which holds no text. */
export function userNameFindings(
  secrets: readonly SecretSpec[],
  defaults: Readonly<Record<string, unknown>>,
): readonly ModuleFinding[] {
  return secrets.flatMap(({ name, revealed }) => {
    const from = revealed?.userName
    if (typeof from !== 'object' || typeof defaults[from.setting] === 'string') return []
    return {
      rule: 'user-name',
      pointer: `/secrets/${name}/revealed/userName`,
      detail: `the app has no setting "${from.setting}" that holds text; name one that has, or write the user name itself`,
    }
  })
}
