import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, vi } from 'vitest'
import { ProblemError } from '#api/client.ts'
import type { CreateDeployment, Deployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import type { RunningKade } from './kade.ts'

type Doors = Pick<RunningKade, 'client'>
type Operation = Pick<OperationOfDeployment, 'id'>
type Asked = Partial<CreateDeployment> & Pick<CreateDeployment, 'app' | 'namespace' | 'name'>

/** Waits for what `look` says to be true; fails with the last thing it threw. */
export function until<T>(look: () => Promise<T> | T, timeout = 60_000): Promise<T> {
  return vi.waitFor(look, { timeout, interval: 100 })
}

/** The operation once it has ended, however it ended. */
export function ended(
  { client }: Doors,
  { id }: Operation,
  timeout = 90_000,
): Promise<OperationOfDeployment> {
  return until(async () => {
    const operation = await client.readOperation({ params: { operation: id } })
    expect(operation, `${operation.kind} of ${operation.name}`).toHaveProperty('endedAt')
    return operation
  }, timeout)
}

/** The operation, ended well; otherwise fails with its cause. */
export async function succeeded(doors: Doors, asked: Operation): Promise<OperationOfDeployment> {
  const operation = await ended(doors, asked)
  expect(operation).toMatchObject({ state: 'succeeded' })
  return operation
}

export function ask({ client }: Doors, { settings = {}, ...rest }: Asked) {
  return client.createDeployment({ body: { settings, ...rest } })
}

/** Deploys and waits until it serves. */
export async function deployed(doors: Doors, asked: Asked): Promise<Deployment> {
  await succeeded(doors, await ask(doors, asked))
  return doors.client.readDeployment({ params: keyOf(asked) })
}

export function keyOf({ namespace, name }: { namespace: string; name: string }) {
  return { namespace, name }
}

/** A namespace that stands prepared on every cluster. */
export async function preparedNamespace(
  { client }: Doors,
  name: string,
  environment: 'dev' | 'staging' | 'prod' = 'dev',
): Promise<void> {
  await client.createNamespace({ body: { name, environment } })
  await until(async () => {
    const { clusters } = await client.readNamespace({ params: { namespace: name } })
    expect(clusters.map(one => one.state)).toEqual(clusters.map(() => 'ready'))
  })
}

/** The problem that a call must be answered with. */
export async function problemOf(call: Promise<unknown>): Promise<ProblemError['problem']> {
  const answer = await call.then(
    value => new Error(`the call succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (answer instanceof ProblemError) return answer.problem
  throw answer
}

/** The admin's hands on an embedded cluster of this home. */
export function adminOf(home: string, cluster = 'amsterdam'): Promise<KubeApi> {
  const kubeconfig = path.join(home, 'clusters', cluster, 'kubeconfig.yaml')
  return createKubeApi({ cluster, connection: { kubeconfig } })
}

/** The embedded database of this home, as its superuser. */
export async function databaseOf(home: string): Promise<Database> {
  const port = await readFile(path.join(home, 'postgres', 'port'), 'utf8')
  const password = await readFile(path.join(home, 'keys', 'postgres-password'), 'utf8')
  return openDatabase(
    `postgres://postgres:${encodeURIComponent(password.trim())}@127.0.0.1:${port.trim()}/kade`,
  )
}

/** Every kind that a deployment of the shelf may have objects of. */
export const deployedKinds = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'PersistentVolumeClaim'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'Job'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['networking.k8s.io/v1', 'Ingress'],
] as const

/** What bears an owner label of Kade in the namespace, or that of one deployment; children of controllers left out. */
export async function ownedObjects(
  admin: KubeApi,
  namespace: string,
  deployment?: string,
): Promise<LiveObject[]> {
  const labelSelector = deployment ? `${label.deployment}=${deployment}` : label.deployment
  const lists = await Promise.all(
    deployedKinds.map(async ([apiVersion, kind]) => {
      const { items } = await admin.list(apiVersion, kind, { namespace, labelSelector })
      return items.map(item => ({ ...item, apiVersion, kind }))
    }),
  )
  return lists.flat().filter(one => (one.metadata.ownerReferences ?? []).length === 0)
}
