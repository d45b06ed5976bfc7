import type { Leak } from '#api/clusters.ts'
import { moduleKinds } from '#kit/kinds.ts'
import { KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import { monitorKinds, monitorVersion } from '#platform/monitor-kinds.ts'
import type { ClusterAccess } from './access.ts'
import { hasAction, pruneAnnotation } from './intent.ts'
import { leaksOf, type OwnedSeen, type SeenLeak } from './leaks.ts'
import { isRecord, readRecords } from './records.ts'

/**
 * The scan (KEP-3659 calls it `fsck`): everything in a cluster that carries Kade's owner label, held against the records of
 * its deployments. It deletes nothing. It mends a record's list of kinds, by which kubectl finds the objects of a set, and
 * answers what no record leads to. Objects are read before records, since a record is there before its objects and goes
 * after them; what looks like a leak is looked up once more, since an operation may just have removed it.
 *
 * A list that fails is no empty list: then no leak is named at all, only the kinds that could not be read.
 */
export type ClusterScan = {
  /** All leaks; `leaks` holds the first fifty of them. */
  readonly count: number
  readonly leaks: readonly Leak[]
  /** Kinds that could not be read. As long as there are any, `leaks` says nothing. */
  readonly unread: readonly string[]
  /** Records whose list of kinds was mended. */
  readonly repaired: number
}

/** Answers which of these ids are of no living deployment. */
export type FindStrangers = (deployments: readonly string[]) => Promise<readonly string[]>

const mostLeaks = 50
/** Milliseconds for the list of one kind, all of its pages. */
const listDeadline = 60_000
const secrets = 'v1/Secret'
/** What a module may emit, and what the platform adds to it. */
const kinds: readonly string[] = [
  ...moduleKinds,
  'networking.k8s.io/v1/NetworkPolicy',
  ...monitorKinds.map(kind => `${monitorVersion}/${kind}`),
  secrets,
]

export async function scanCluster(
  access: ClusterAccess,
  strangersOf: FindStrangers,
  signal: AbortSignal,
): Promise<ClusterScan> {
  const first = await readOwned(access, kinds, signal)
  const { records, repaired } = await readRecords(access, signal)
  const unread = [...first.unread, ...(records === null ? ['ConfigMap'] : [])]
  if (unread.length > 0 || records === null) {
    return { count: 0, leaks: [], unread: [...new Set(unread)].toSorted(), repaired }
  }
  const objects = first.objects
  const ids = new Set([...objects, ...records].map(one => one.deployment))
  const strangers = new Set(await strangersOf([...ids]))
  const suspects = leaksOf({ objects, records, strangers })
  const again = await readOwned(access, kindsOfSuspects(suspects), signal)
  const standing = new Set(again.objects.map(({ uid, deployment }) => `${uid} ${deployment}`))
  const leaks = suspects
    .filter(({ object }) => standing.has(`${object.uid} ${object.deployment}`))
    .map(leakOf)
    .toSorted((a, b) => titleOfLeak(a).localeCompare(titleOfLeak(b)))
  if (again.unread.length > 0) return { count: 0, leaks: [], unread: again.unread, repaired }
  return { count: leaks.length, leaks: leaks.slice(0, mostLeaks), unread: [], repaired }
}

function leakOf({ object, why }: SeenLeak): Leak {
  const { namespace, kind, name, instance } = object
  return { namespace, kind, name, ...(instance !== undefined && { deployment: instance }), why }
}

function titleOfLeak({ namespace, kind, name }: Leak): string {
  return `${namespace}/${kind}/${name}`
}

function kindsOfSuspects(suspects: readonly SeenLeak[]): readonly string[] {
  return [...new Set(suspects.map(({ object }) => `${object.apiVersion}/${object.kind}`))]
}

type Read = { readonly objects: readonly OwnedSeen[]; readonly unread: readonly string[] }

/** One list after the other: nobody waits for a scan, so it may be slow, and others should not notice it. */
async function readOwned(
  access: ClusterAccess,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<Read> {
  const objects: OwnedSeen[] = []
  const unread: string[] = []
  for (const kind of wanted) {
    const list = kind === secrets ? listSecrets : listEverywhere
    const found = await list(access, kind, signal).catch(() => null)
    signal.throwIfAborted()
    if (found === null) unread.push(kindOf(kind))
    else objects.push(...found.flatMap(live => seeOwned(live) ?? []))
  }
  return { objects, unread }
}

function kindOf(versioned: string): string {
  return versioned.slice(versioned.lastIndexOf('/') + 1)
}

function select(signal: AbortSignal) {
  return {
    labelSelector: label.deployment,
    metadataOnly: true,
    signal: AbortSignal.any([signal, AbortSignal.timeout(listDeadline)]),
  }
}

async function listEverywhere(
  { observer }: ClusterAccess,
  kind: string,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> {
  const apiVersion = kind.slice(0, kind.lastIndexOf('/'))
  try {
    return (await observer.list(apiVersion, kindOf(kind), select(signal))).items
  } catch (error) {
    // The cluster does not have this kind at all: routes come with an extension.
    if (error instanceof KubeError && error.code === 404) return []
    throw error
  }
}

/** The observer may not read Secrets, not even their names; each namespace's deployer may, and only there. */
async function listSecrets(
  { observer, deployer }: ClusterAccess,
  _kind: string,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> {
  const { items: namespaces } = await observer.list('v1', 'Namespace', {
    ...select(signal),
    labelSelector: label.namespace,
  })
  const found: LiveObject[] = []
  for (const { metadata } of namespaces) {
    // One that is being deleted takes its Secrets along, and its deployer has no rights any more.
    if (metadata.deletionTimestamp !== undefined) continue
    const namespace = metadata.name
    const { items } = await deployer(namespace).list('v1', 'Secret', {
      ...select(signal),
      namespace,
    })
    found.push(...items)
  }
  return found
}

/** Null for what is on its way out, and for children of controllers, which are never ours. */
function seeOwned(live: LiveObject): OwnedSeen | null {
  const { labels, annotations, namespace, name, uid } = live.metadata
  const deployment = labels?.[label.deployment]
  if (deployment === undefined || namespace === undefined) return null
  if (live.metadata.deletionTimestamp !== undefined) return null
  if ((live.metadata.ownerReferences ?? []).length > 0) return null
  const instance = labels?.[label.instance]
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    namespace,
    name,
    uid,
    deployment,
    ...(instance !== undefined && { instance }),
    stays:
      labels?.[label.data] === 'keep' ||
      annotations?.[pruneAnnotation] === 'disabled' ||
      hasAction(live, 'keep'),
    isRecord: isRecord(live),
  }
}
