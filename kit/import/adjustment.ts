import type { KubernetesObject } from '../kubernetes-object.ts'

/** A place where an imported module says something else than the objects did, so that nothing differs without being told. */
export type Adjustment = {
  /** `Deployment/web`. */
  readonly object: string
  readonly pointer: string
  /** `added` because every module has it, `refused` because no module may have it, `renamed` because it refers to a secret. */
  readonly kind: 'added' | 'refused' | 'renamed'
  readonly why: string
  /** What was refused, for the residue. */
  readonly value?: unknown
}

export function nameOf(object: KubernetesObject): string {
  return `${object.kind}/${object.metadata.name}`
}
