import { vi } from 'vitest'
import type { Client } from '#api/client.ts'

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
