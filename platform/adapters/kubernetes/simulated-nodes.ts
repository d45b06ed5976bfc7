import type { KubeApi } from './kube-api.ts'

/** kwok's own mark of a node that only pretends to run pods. */
const fakeNode = 'kwok.x-k8s.io/node'

/** True where pods can land on simulated nodes only: what is ready there runs nothing, and every status must say so. */
export async function hasOnlySimulatedNodes(api: KubeApi): Promise<boolean> {
  const { items } = await api.list('v1', 'Node', { metadataOnly: true })
  return items.length > 0 && items.every(node => node.metadata.annotations?.[fakeNode] === 'fake')
}
