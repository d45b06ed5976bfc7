import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { clusterSays } from '#platform/cluster-says.ts'
import type { DeployFailure } from '../deploy-failure.ts'
import { failure } from './causes.ts'
import { sentences } from './sentences.ts'

/** 422 texts of the built-in kinds, of CEL rules in CRDs, and of claims that would shrink. */
const immutable =
  /immutable|may not be changed|cannot be changed|may not be modified|updates to .* are forbidden|is forbidden after creation|can not be less than/i

export function isImmutable(error: unknown): error is KubeError {
  if (!(error instanceof KubeError) || error.code !== 422) return false
  return (
    immutable.test(error.message) || error.causes.some(one => immutable.test(one.message ?? ''))
  )
}

export function isConflict(error: unknown): error is KubeError {
  return error instanceof KubeError && error.code === 409
}

/** The fields that another manager holds and does not give up, with its name, out of a 409. */
export function heldFields(error: KubeError): readonly { field: string; manager: string }[] {
  return error.causes.flatMap(({ reason, field, message }) =>
    reason === 'FieldManagerConflict'
      ? [
          {
            field: field ?? '?',
            manager: /"([^"]+)"/.exec(message ?? '')?.[1] ?? 'another manager',
          },
        ]
      : [],
  )
}

/**
 * What the API server's answer to a write means to a person, or null when trying again later may help (overload, network,
 * a race). The server's message stays in, since it names field and rule; the client has cut secret values out of it.
 */
export function failureOf(error: unknown, object: string): DeployFailure | null {
  if (!(error instanceof KubeError)) return null
  const { code, message } = error
  const as = (cause: Parameters<typeof failure>[0], detail = clusterSays(message)) =>
    failure(cause, object, detail, { cause: error })
  if (code === 404 && error.kind === 'namespaces') return as('namespace-missing')
  if (code === 404 && error.reason === 'NoKindMatch') return as('kind-unknown')
  if (code === 409) {
    const held = heldFields(error)
    if (held.length === 0) return null
    return as('foreign-object', sentences.fieldsHeld(held))
  }
  if (isImmutable(error)) return as('immutable-field')
  if (code === 403 || code === 422) return refusalOf(message, as)
  return code === 400 || code === 413 ? as('invalid-object') : null
}

function refusalOf(
  message: string,
  as: (cause: Parameters<typeof failure>[0]) => DeployFailure,
): DeployFailure {
  if (/exceeded quota/.test(message)) return as('quota-exceeded')
  if (/being terminated/.test(message)) return as('namespace-terminating')
  // Kade's own guard policies, by name.
  if (/kade-revision-fence/.test(message)) return as('superseded')
  if (/kade-owner-fence/.test(message)) return as('foreign-object')
  if (/cannot impersonate/.test(message)) return as('namespace-not-prepared')
  if (/admission|violates PodSecurity/i.test(message)) return as('admission-denied')
  return as(/is forbidden/.test(message) ? 'admission-denied' : 'invalid-object')
}

/**
 * The worker may act as a namespace's deployer only where that was granted, so a namespace that does not exist and one that
 * nobody prepared are refused alike. Looks which of them it is.
 */
export async function explained(
  error: unknown,
  object: string,
  namespace: string,
  observer: KubeApi,
): Promise<unknown> {
  const known = failureOf(error, object)
  if (known?.reason.code !== 'namespace-not-prepared') return known ?? error
  const live = await observer.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  if (live === null) return failure('namespace-missing', `Namespace/${namespace}`)
  return live.metadata.deletionTimestamp === undefined
    ? known
    : failure('namespace-terminating', `Namespace/${namespace}`)
}
