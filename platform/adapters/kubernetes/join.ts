import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { systemNamespace } from '../../labels.ts'
import type { Endpoint } from './connection.ts'
import { probeObjects, waitForGuards } from './guard-probes.ts'
import { guardObjects } from './guards.ts'
import type { ClusterIdentities } from './identities.ts'
import { accountOf, identityNames } from './identity-names.ts'
import type { KubeApi } from './kube-api.ts'
import { accountObjects, roleObjects } from './roles.ts'
import { requestToken } from './token.ts'

/**
 * Joining a cluster: its admin credential is used once and not kept.
 *
 *   accounts ──▶ guard policies ──▶ proved in force ──▶ admission policies ──▶ roles and bindings ──▶ first tokens
 *
 * In this order no identity ever has a right that its guard does not yet bound. The admission policies are what apps are held to;
 * whoever deploys through Kade was held to them before, so nobody waits until they are in force. Everything is a server-side apply, so joining
 * again upgrades, and changes nothing where nothing changed.
 */
export type JoinPreview = readonly {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly change: 'create' | 'update' | 'none'
}[]

/** What joining would do to each object, asked of the cluster without changing it. */
export async function previewJoin(
  admin: KubeApi,
  policies: readonly KubernetesObject[],
): Promise<JoinPreview> {
  return await Promise.all(
    [...accountObjects(), ...probeObjects, ...guardObjects(), ...policies, ...roleObjects()].map(
      async object => ({
        kind: object.kind,
        ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }),
        name: object.metadata.name,
        change: await changeTo(admin, object),
      }),
    ),
  )
}

async function changeTo(admin: KubeApi, object: KubernetesObject) {
  const { apiVersion, kind, metadata } = object
  const { name, namespace } = metadata
  const live = await admin.get({
    apiVersion,
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
  })
  if (live === null) return 'create'
  const after = await admin.apply(object, { dryRun: true, force: true })
  return meaning(after) === meaning(live) ? 'none' : 'update'
}

/** What an object says, apart from the bookkeeping that a dry run touches. */
function meaning(object: KubernetesObject): string {
  const { managedFields, resourceVersion, generation, ...metadata } = object.metadata
  return JSON.stringify({ ...object, metadata, status: null })
}

/**
 * Installs Kade's identities and guards, and returns the identities with their first tokens. The admin needs
 * cluster-admin. Throws `KubeError` when the cluster refuses, and `Error` when a guard policy does not come into force.
 */
export async function joinCluster(options: {
  readonly admin: KubeApi
  readonly cluster: string
  /** Where the identities will reach the cluster: see `endpointOf`. */
  readonly endpoint: Endpoint
  /** Of admission, that apps are held to. */
  readonly policies: readonly KubernetesObject[]
}): Promise<ClusterIdentities> {
  const { admin, cluster, endpoint, policies } = options
  await applyAll(admin, [...accountObjects(), ...probeObjects])
  await applyAll(admin, guardObjects())
  await waitForGuards(admin)
  await applyAll(admin, policies)
  await applyAll(admin, roleObjects())
  const tokens = await Promise.all(
    identityNames.map(async name => [name, await requestToken(admin, accountOf(name))] as const),
  )
  const [worker, preparer, observer] = tokens.map(([, token]) => token)
  if (worker === undefined || preparer === undefined || observer === undefined) {
    throw new Error(`A token is missing in ${systemNamespace}.`)
  }
  return { version: 1, cluster, endpoint, tokens: { worker, preparer, observer } }
}

async function applyAll(admin: KubeApi, objects: readonly KubernetesObject[]): Promise<void> {
  const [first, ...rest] = objects
  // The first may be the namespace of the others.
  if (first !== undefined) await admin.apply(first, { force: true })
  await Promise.all(rest.map(object => admin.apply(object, { force: true })))
}
