import { preparedNamespace } from '#tests/support/deployments.ts'
import { removeHome, startKade } from '#tests/support/kade.ts'
import { harbour, namespace as plain } from './harbour.ts'
import type { JourneyGround } from './journey.ts'
import { startRealNode } from './node.ts'

/** Kade with its own PostgreSQL, joined to a real node, a namespace that is ready for apps, and a stranger in another one. */
export async function startKadeOnNode(
  namespace = 'harbour',
): Promise<JourneyGround & { stop(): Promise<void> }> {
  const node = await startRealNode()
  try {
    const env = { KADE_KUBECONFIG: node.kubeconfigPath, KADE_YES: '1' }
    const kade = await startKade({ clusters: [], env })
    const stop = async () => {
      await kade.stop()
      await removeHome(kade.home)
      await node.stop()
    }
    await preparedNamespace(kade, namespace)
    const apart = [plain('strangers'), ...harbour(node, 'stranger', 'strangers')]
    await node.kubectl(['apply', '--server-side', '-f', '-'], apart)
    return { node, kade, namespace, stop }
  } catch (error) {
    await node.stop()
    throw error
  }
}
