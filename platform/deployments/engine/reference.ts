import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { ObjectRef } from '#platform/adapters/kubernetes/kube-api.ts'

export function refOf(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind } = object
  const { namespace, name } = object.metadata
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

/** JSON pointer of a label or annotation. */
export function pointer(where: 'labels' | 'annotations', key: string): string {
  return `/metadata/${where}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
