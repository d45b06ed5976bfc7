import type { SecretRef } from './app.ts'
import type { EnvVar } from './kubernetes/generated/core-v1.ts'

/** A key of a Secret that the infrastructure keeps; only `mkDeployment` takes it, for the platform writes its own. */
export type ForeignSecretRef = { readonly secretName: string; readonly secretKey: string }

/** A value is written as text, a reference as `valueFrom`; `undefined` leaves the variable out. */
export type EnvValue = string | number | boolean | SecretRef | ForeignSecretRef | undefined

function envVar(name: string, value: Exclude<EnvValue, undefined>, secretName: string): EnvVar {
  if (typeof value !== 'object') return { name, value: literal(String(value)) }
  const from = 'secretName' in value ? value.secretName : secretName
  return { name, valueFrom: { secretKeyRef: { name: from, key: value.secretKey } } }
}

/**
 * Kubernetes expands `$(NAME)` in a value, which would copy one variable, a secret too, into another. `$$(` is how it is
 * told to leave it as it is.
 */
function literal(value: string): string {
  return value.replaceAll('$(', '$$$$(')
}

/**
 * The variables of a container. A person's own variable replaces the app's of the same name: they decide about their app.
 * @param secretName the deployment's own Secret
 */
export function envVars(
  app: Readonly<Record<string, EnvValue>>,
  person: Readonly<Record<string, EnvValue>>,
  secretName: string,
): readonly EnvVar[] {
  return Object.entries({ ...app, ...person }).flatMap(([name, value]) =>
    value === undefined ? [] : [envVar(name, value, secretName)],
  )
}
