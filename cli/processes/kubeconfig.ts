import { KubeConfig } from '@kubernetes/client-node'
import { PlatformError } from '#platform/errors.ts'
import type { PlannedCluster } from './planned-cluster.ts'

/**
 * The contexts of a kubeconfig as clusters, named by context. Region and jurisdiction are not in a kubeconfig: they are
 * `unknown` until somebody says them (`cluster-places.ts`), because a guess would decide where data may live.
 */
export async function contextsOf(path: string): Promise<PlannedCluster[]> {
  const config = new KubeConfig()
  try {
    config.loadFromFile(path)
  } catch (cause) {
    throw new PlatformError(
      'request-invalid',
      `KADE_KUBECONFIG names ${path}, which cannot be read as a kubeconfig.`,
      {
        next: 'Give the path of a kubeconfig file that you can read.',
        cause,
      },
    )
  }
  const current = config.getCurrentContext()
  return config.getContexts().map(context => ({
    spec: {
      name: nameOf(context.name),
      region: 'unknown',
      jurisdiction: 'unknown',
      primary: context.name === current,
      simulated: false,
    },
    connect: async () => ({ kubeconfig: path, context: context.name }),
    stop: async () => {},
  }))
}

/** A context's name as a cluster name: `kind-demo` stays, `admin@Prod.example` becomes `admin-prod-example`. */
function nameOf(context: string): string {
  const name = context
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 53)
  return name || 'cluster'
}
