/** `kade import`: objects in, modules and a residue out. Nothing is dropped: an object is in a module, in the residue, or made by another one. */
import { moduleKinds } from '../kinds.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields, list } from '../lint/read.ts'
import { nameOf } from './adjustment.ts'
import { groupsOf } from './groups.ts'
import { type ImportedApp, importApp, type Surroundings } from './import-app.ts'
import { keysOf } from './secret-names.ts'
import { withoutServerFields } from './server-fields.ts'

export type Residue = {
  /** Without the values of a Secret. */
  readonly object: KubernetesObject
  readonly why: string
  readonly next: string
}

export type Import = {
  readonly apps: readonly ImportedApp[]
  readonly residue: readonly Residue[]
  /** `Kind/name` of objects that their owner makes again. */
  readonly made: readonly string[]
}

const advice: Readonly<Record<string, readonly [why: string, next: string]>> = {
  Namespace: ['namespaces are prepared by the platform', 'ask for it with kade namespaces'],
  NetworkPolicy: [
    'the platform writes network policies',
    'say what the app calls as needs and egress, and what others call as provides',
  ],
  ResourceQuota: ['bounds belong to the namespace', 'ask the owner of the namespace for them'],
  LimitRange: ['bounds belong to the namespace', 'ask the owner of the namespace for them'],
  PersistentVolume: [
    'disks belong to the cluster',
    'ask who runs the cluster; a claim of the app stays',
  ],
  StorageClass: ['disks belong to the cluster', 'ask who runs the cluster'],
  DaemonSet: ['what runs on every node belongs to the cluster', 'ask who runs the cluster'],
  Pod: [
    'a pod of its own is restarted by nobody',
    'write it as a Deployment or a Job, and import it again',
  ],
  ReplicaSet: ['a Deployment makes its own', 'write it as a Deployment, and import it again'],
  CustomResourceDefinition: ['new kinds belong to the cluster', 'ask who runs the cluster'],
}
const rights = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']

function residueOf(object: KubernetesObject): Residue {
  if (object.kind === 'Secret') return secretResidue(object)
  if (rights.includes(object.kind)) {
    const next = 'ask who runs the cluster to give these rights to the account, or do without them'
    return { object, why: 'a module gives itself no rights', next }
  }
  const [why, next] = advice[object.kind] ?? [
    `a module may not emit ${object.apiVersion}/${object.kind}`,
    'ask who runs the cluster whether its operator may serve this namespace, and apply it beside the app',
  ]
  return { object, why, next }
}

function secretResidue(secret: KubernetesObject): Residue {
  const { data: _, stringData: __, ...object } = secret
  const keys = keysOf(secret).join(', ')
  const why = `values never stand in a module; its keys: ${keys || 'none'}`
  const next =
    secret.type === undefined || secret.type === 'Opaque'
      ? 'give the values as secrets of the deployment; the guide of the module has their names'
      : `ask who runs the cluster for a Secret of type ${secret.type}`
  return { object, why, next }
}

const isMade = ({ metadata }: KubernetesObject) =>
  list(metadata.ownerReferences).some(each => at(each, 'controller') === true)

function accountsWithRights(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const subjects = objects
    .filter(each => each.kind.endsWith('RoleBinding'))
    .flatMap(each => list(each.subjects).map(fields))
  return new Set(
    subjects.filter(each => each.kind === 'ServiceAccount').map(each => String(each.name)),
  )
}

/** Imports objects as they stand in files or come from a cluster. */
export function importObjects(input: readonly KubernetesObject[]): Import {
  const made = input.filter(isMade)
  const objects = input.filter(each => !isMade(each)).map(withoutServerFields)
  const isOfModule = (each: KubernetesObject) => moduleKinds.has(`${each.apiVersion}/${each.kind}`)
  const around: Surroundings = {
    secretKeys: new Map(
      objects
        .filter(each => each.kind === 'Secret' && (each.type ?? 'Opaque') === 'Opaque')
        .map(each => [each.metadata.name, keysOf(each)]),
    ),
    accountsWithRights: accountsWithRights(objects),
  }
  const groups = groupsOf(objects.filter(isOfModule)).map(group => ({
    group,
    app: importApp(group, around),
  }))
  const lonely = groups.flatMap(({ group, app }) => (app === undefined ? group.objects : []))
  return {
    apps: groups.flatMap(({ app }) => app ?? []),
    residue: [
      ...objects.filter(each => !isOfModule(each)).map(residueOf),
      ...lonely.map(object => ({
        object,
        why: 'no workload of the input uses it',
        next: 'import it together with what uses it, or leave it out',
      })),
    ],
    made: made.map(nameOf),
  }
}
