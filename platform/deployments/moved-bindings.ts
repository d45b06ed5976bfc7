import type { Violation } from '#api/problem.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { ResolvedBindings } from './bindings.ts'

/**
 * What rendered objects are bound to that is no longer what it was: another deployment under the same name, which the network would
 * not let them reach, or one with another key than `values` holds for it.
 */
export function movedBindings(
  objects: readonly KubernetesObject[],
  { peers, keys }: Pick<ResolvedBindings, 'peers' | 'keys'>,
  values: Readonly<Record<string, string>>,
): Violation[] {
  // The id of a provider stands in the labels and network rules of whoever uses it.
  const text = JSON.stringify(objects)
  const moved = peers.some(peer => peer.type === 'deployment' && !text.includes(peer.id))
  const changed = Object.keys(keys).filter(key => values[key] !== keys[key])
  return [
    ...(moved ? [violation('/bindings')] : []),
    ...changed.map(key => violation(`/bindings/${key.replace(/\.key$/, '')}`)),
  ]
}

function violation(pointer: string): Violation {
  return {
    pointer,
    detail: {
      en: 'is another deployment, or has another key, since this was asked; update the deployment instead of trying again',
      nl: 'is sinds dit verzoek een andere uitrol of heeft een andere sleutel; wijzig de uitrol in plaats van het opnieuw te proberen',
    },
  }
}
