import { randomBytes } from 'node:crypto'
import type { Violation } from '#api/problem.ts'
import type { AppData } from '#kit/app.ts'
import { canonicalJson } from './digest.ts'

export type SecretPlan = {
  /** All values of the new version, or null where nothing changed since `version`. */
  readonly values: Record<string, string> | null
  /** 0 where the deployment has no secrets at all. */
  readonly version: number
  readonly given: readonly string[]
  readonly violations: readonly Violation[]
}

/** `version` is the one in force, `latest` the highest that exists: a rollback may have gone back to an older one. */
export type CurrentSecrets = {
  readonly version: number
  readonly latest: number
  readonly values: Readonly<Record<string, string>>
  /** Of an earlier deployment of this name whose data was kept: the data can only be read with what was generated for it. */
  readonly inherited?: Readonly<Record<string, string>>
}

/**
 * The next version of a deployment's secrets: generated ones are made once and kept, provided ones stay unless given
 * anew, credentials of bindings follow the bindings.
 */
export function planSecrets(
  app: AppData,
  provided: Readonly<Record<string, string>>,
  bindingKeys: Readonly<Record<string, string>>,
  current: CurrentSecrets,
  generate: (bytes: number, encoding: 'base64url' | 'hex') => string = (bytes, encoding) =>
    randomBytes(bytes).toString(encoding),
): SecretPlan {
  const violations: Violation[] = []
  for (const name of Object.keys(provided))
    if (!app.secrets.some(one => one.name === name && one.kind === 'provided'))
      violations.push({
        pointer: `/secrets/${name}`,
        detail: {
          en: `${app.name} takes no secret of this name`,
          nl: `${app.name} kent geen geheim met deze naam`,
        },
      })
  const values: Record<string, string> = { ...bindingKeys }
  for (const spec of app.secrets) {
    const kept = current.values[spec.name]
    if (spec.kind === 'generated')
      values[spec.name] =
        kept ??
        current.inherited?.[spec.name] ??
        `${spec.prefix ?? ''}${generate(spec.bytes ?? 32, spec.encoding ?? 'base64url')}`
    if (spec.kind !== 'provided') continue
    const value = provided[spec.name] ?? kept
    if (value !== undefined) values[spec.name] = value
    else if (!spec.optional)
      violations.push({
        pointer: `/secrets/${spec.name}`,
        detail: { en: `${spec.title.en} is required`, nl: `${spec.title.nl} is verplicht` },
      })
  }
  const given = Object.keys(values).filter(name => app.secrets.some(one => one.name === name))
  const changed = canonicalJson(values) !== canonicalJson(current.values)
  return {
    values: changed ? values : null,
    version: changed ? current.latest + 1 : current.version,
    given,
    violations,
  }
}
