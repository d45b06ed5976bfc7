import { vi } from 'vitest'
import type { Client } from '#api/client.ts'
import { adminOf } from '#tests/support/deployments.ts'

const patience = { timeout: 60_000, interval: 200 }

/** Makes a namespace and waits until it is prepared everywhere. */
export async function prepareNamespace(client: Client, name: string): Promise<void> {
  await client.createNamespace({ body: { name } })
  const prepared = async () => {
    const { clusters } = await client.readNamespace({ params: { namespace: name } })
    return clusters.every(({ state }) => state === 'ready')
  }
  await vi.waitUntil(prepared, patience)
}

/** Waits until the last operation of a deployment succeeded. */
export async function operationSucceeds(
  client: Client,
  params: { namespace: string; name: string },
): Promise<void> {
  const succeeded = async () =>
    (await client.readDeployment({ params })).operation.state === 'succeeded'
  await vi.waitUntil(succeeded, patience)
}

/**
 * Has the cluster refuse pods of a namespace that ask for more than this together, as somebody past Kade would: what its own quota of
 * the namespace allows is refused at the door already.
 */
export async function narrowInCluster(home: string, namespace: string, cpu: string): Promise<void> {
  const admin = await adminOf(home)
  try {
    const metadata = { name: 'by-hand', namespace }
    const spec = { hard: { 'requests.cpu': cpu } }
    await admin.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec })
    const counts = async () => {
      const live = await admin.get({ apiVersion: 'v1', kind: 'ResourceQuota', ...metadata })
      return live?.status !== undefined && JSON.stringify(live.status).includes('requests.cpu')
    }
    await vi.waitUntil(counts, patience)
  } finally {
    await admin.close()
  }
}
