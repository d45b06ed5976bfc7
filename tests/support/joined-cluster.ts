import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { type OpenCluster, openCluster } from '#platform/adapters/kubernetes/cluster.ts'
import { endpointOf } from '#platform/adapters/kubernetes/connection.ts'
import { saveIdentities } from '#platform/adapters/kubernetes/identities.ts'
import { joinCluster } from '#platform/adapters/kubernetes/join.ts'
import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { admissionObjects } from '#platform/adapters/policy/admission.ts'
import type { NamespaceSpec } from '#platform/deployments/engine/engine.ts'
import { startTestCluster, type TestClusterOptions } from './control-plane.ts'

export type JoinedCluster = {
  /** The admin credential, for what only a test may do. */
  readonly admin: KubeApi
  readonly open: OpenCluster
  readonly home: string
  readonly kubeconfigPath: string
  stop(): Promise<void>
}

type JoinedClusterOptions = TestClusterOptions & {
  /** What is looked at by the admin while the cluster knows nothing of Kade. */
  readonly beforeJoin?: (admin: KubeApi) => Promise<void>
}

/** A control plane that Kade has joined, opened by Kade's own identities. */
export async function startJoinedCluster(
  name = 'amsterdam',
  { beforeJoin, ...options }: JoinedClusterOptions = {},
): Promise<JoinedCluster> {
  const cluster = await startTestCluster(name, options)
  const home = await mkdtemp(path.join(tmpdir(), 'kade-home-'))
  const stop = async () => {
    await cluster.stop()
    await rm(home, { recursive: true, force: true })
  }
  try {
    const { kubeconfigPath } = cluster
    const admin = await createKubeApi({ cluster: name, connection: { kubeconfig: kubeconfigPath } })
    await beforeJoin?.(admin)
    const endpoint = await endpointOf({ kubeconfig: kubeconfigPath })
    const policies = await admissionObjects()
    await saveIdentities(home, await joinCluster({ admin, cluster: name, endpoint, policies }))
    const open = await openCluster({ home, name })
    return {
      admin,
      open,
      home,
      kubeconfigPath,
      async stop() {
        await open.close()
        await admin.close()
        await stop()
      },
    }
  } catch (error) {
    // Nobody else could end what outlives this process.
    await stop()
    throw error
  }
}

export function namespaceSpec(name: string): NamespaceSpec {
  return {
    name,
    team: 'harbour',
    environment: 'dev',
    bounds: { cpu: '4', memory: '8Gi', storage: '20Gi', deployments: 10 },
  }
}

/** The error of a call that must fail: what the API server said. */
export async function refusal(call: Promise<unknown>): Promise<KubeError> {
  const answer = await call.then(
    () => new Error('the call succeeded'),
    (error: unknown) => error,
  )
  if (answer instanceof KubeError) return answer
  throw answer
}
