import { difference } from '#kit/import/difference.ts'
import { withoutServerFields } from '#kit/import/server-fields.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'

/** A name that no object has, so that what stands in the cluster is no part of the answer. */
const name = 'kade-import-dry-run'

async function answer(api: KubeApi, object: KubernetesObject, namespace: string) {
  const asked = { ...object, metadata: { ...object.metadata, name, namespace } }
  try {
    return withoutServerFields(await api.apply(asked, { dryRun: true, manager: 'kade-import' }))
  } catch (error) {
    if (error instanceof KubeError) return `refused: ${error.message}`
    throw error
  }
}

/** A dry run of both sides on one server: what it makes of what came in, and of what is rendered. Nothing is written. */
export async function openDryRun(kubeconfig: string) {
  const api = await createKubeApi({ cluster: 'of the dry run', connection: { kubeconfig } })
  return {
    async differences(
      rendered: readonly KubernetesObject[],
      expected: readonly KubernetesObject[],
    ): Promise<readonly string[]> {
      const asked = expected[0]?.metadata.namespace ?? 'default'
      const isThere = await api.get({ apiVersion: 'v1', kind: 'Namespace', name: asked })
      const namespace = isThere === null ? 'default' : asked
      const found: string[] = []
      for (const object of expected) {
        const title = `${object.kind}/${object.metadata.name}`
        const other = rendered.find(
          each => each.kind === object.kind && each.metadata.name === object.metadata.name,
        )
        if (other === undefined) continue
        const [before, after] = [
          await answer(api, object, namespace),
          await answer(api, other, namespace),
        ]
        if (typeof before === 'string' || typeof after === 'string') {
          found.push(`${title} ${typeof after === 'string' ? after : before} (by the cluster)`)
          continue
        }
        const change = difference(before, after)
        if (change !== undefined)
          found.push(`${title} differs on the cluster: ${JSON.stringify(change)}`)
      }
      return found
    },
    close: () => api.close(),
  }
}
