import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { LiveObject, ObjectRef } from '#platform/adapters/kubernetes/kube-api.ts'
import { fieldManager } from '#platform/labels.ts'

export function refOf(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind } = object
  const { namespace, name } = object.metadata
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

/** JSON pointer of a label or annotation. */
export function pointer(where: 'labels' | 'annotations', key: string): string {
  return `/metadata/${where}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Who else keeps an object: the first manager of its fields that is not Kade. */
export function foreignManager(live: LiveObject): string | undefined {
  return live.metadata.managedFields?.find(
    entry => entry.manager !== fieldManager && entry.subresource === undefined,
  )?.manager
}
