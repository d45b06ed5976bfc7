import type { PlatformContext } from '#platform/context.ts'
import { spreadToCluster } from '#platform/federation/spread-namespace.ts'
import type { Handler } from '../subscriptions.ts'

/** Prepares on a cluster that joins every namespace that is to stand everywhere, so that a name means the same on each of them. */
export function spreadNamespaces(context: PlatformContext): Handler {
  return {
    name: 'spread-namespaces',
    category: 'cluster',
    wants: ['ClusterCreated'],
    handle: async event => {
      if (event.type === 'ClusterCreated') await spreadToCluster(context, event.data.cluster)
    },
  }
}
