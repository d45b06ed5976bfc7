import { createHash } from 'node:crypto'
import pLimit from 'p-limit'
import {
  type KubeApi,
  KubeError,
  type LiveObject,
  type ObjectRef,
} from '#platform/adapters/kubernetes/kube-api.ts'
import type { ClusterNote, Told } from '#platform/federation/cluster-note.ts'
import { annotation, label, prefix } from '#platform/labels.ts'
import type { ClusterAccess } from './access.ts'
import { inventoryOf, parentName } from './parent.ts'

/** `From` of the Events that Kade writes, by which they are told from those of controllers. */
export const reportingController = `${prefix}platform`

/** Kinds on which people look for a story, beside the parent. */
const workloads: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'CronJob'])
/** Objects of one deployment that each get the story: an Event is written for each of them. */
const mostObjects = 6
/** Deployments at a time; the notes of one are written in their order. */
const atOnce = 6

/**
 * Writes each note as an Event on the parent and the workloads of its deployment, as the namespace's `kade-deployer`, who may
 * make Events there and neither change nor delete one. An Event has a name made of the note's id, so that a second
 * delivery makes no second one. A deployment that does not stand here, or is another one of that name by now, is left out.
 */
export async function tellNotes(
  notes: readonly ClusterNote[],
  access: Pick<ClusterAccess, 'observer' | 'deployer'>,
  signal: AbortSignal,
): Promise<Told> {
  const limit = pLimit(atOnce)
  const groups = [...Map.groupBy(notes, note => `${note.namespace}/${note.name}`).values()]
  const results = await Promise.all(
    groups.map(group =>
      limit(() => tellOne(group, access, signal).catch((error: unknown) => ({ told: 0, error }))),
    ),
  )
  // All others are told first: an Event has the same name in the next delivery, so nothing is told twice.
  const failed = results.find(one => 'error' in one)
  if (failed && 'error' in failed) throw failed.error
  const all: Told[] = results.flatMap(one => ('error' in one ? [] : [one]))
  const refused = all.findLast(one => one.refused !== undefined)?.refused
  const told = all.reduce((sum, one) => sum + one.told, 0)
  return { told, ...(refused !== undefined && { refused }) }
}

async function tellOne(
  notes: readonly ClusterNote[],
  { observer, deployer }: Pick<ClusterAccess, 'observer' | 'deployer'>,
  signal: AbortSignal,
): Promise<Told> {
  const [first] = notes
  const parent = first && (await observer.get(parentOf(first), signal))
  if (!first || !parent) return { told: 0 }
  const owner = parent.metadata.labels?.[label.deployment]
  const objects = [parent, ...(await workloadsOf(parent, first.namespace, observer, signal))]
  const hand = deployer(first.namespace)
  let told = 0
  let refused: string | undefined
  for (const note of notes.filter(one => one.deployment === owner))
    for (const object of objects) {
      const answer = await write(hand, eventOn(object, note), signal)
      if (answer === null) told += 1
      else refused = answer
    }
  return { told, ...(refused !== undefined && { refused }) }
}

function parentOf({ namespace, name }: ClusterNote): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: parentName(name) }
}

async function workloadsOf(
  parent: LiveObject,
  namespace: string,
  observer: KubeApi,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> {
  const meant = (inventoryOf(parent)?.objects ?? []).filter(one => workloads.has(one.kind))
  const live = await Promise.all(
    meant.slice(0, mostObjects - 1).map(({ apiVersion, kind, name }) =>
      observer
        .get({ apiVersion, kind, namespace, name }, signal)
        // The API server says the kind of a list's items only once, and of one object always.
        .then(found => found && { ...found, apiVersion, kind }),
    ),
  )
  const owner = parent.metadata.labels?.[label.deployment]
  return live
    .filter(one => one !== null)
    .filter(one => one.metadata.labels?.[label.deployment] === owner)
}

function eventOn(object: LiveObject, note: ClusterNote) {
  const { apiVersion, kind } = object
  const { name, uid } = object.metadata
  const { namespace, reason, type, text, at, id } = note
  const hash = createHash('sha256').update(`${id} ${uid}`).digest('hex').slice(0, 16)
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      name: `${name.slice(0, 200)}.${hash}`,
      namespace,
      labels: { [label.managedBy]: 'kade' },
      annotations: { [annotation.event]: id },
    },
    eventTime: microTime(at),
    reportingController,
    reportingInstance: 'kade',
    action: reason,
    reason,
    type,
    note: text,
    regarding: { apiVersion, kind, namespace, name, uid },
  }
}

/** RFC 3339 with microseconds, which is the only form that the API server takes here. */
function microTime(at: string): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}

/** Null when it stands there; else what the cluster said, where the same again would be refused again. */
async function write(
  hand: KubeApi,
  event: ReturnType<typeof eventOn>,
  signal: AbortSignal,
): Promise<string | null> {
  const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(event.metadata.namespace)}/events`
  try {
    await hand.request('POST', path, { body: event, signal })
    return null
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    if (error.code === 409 && error.reason === 'AlreadyExists') return null
    if (isFinal(error.code)) return error.message
    throw error
  }
}

/**
 * Whether the same again would be refused again: no rights, a namespace that ends or is gone, what it takes for no Event, or an
 * admission webhook that says no with whatever code it likes. A credential, a time-out, a conflict and a limit pass.
 */
function isFinal(code: number): boolean {
  return code >= 400 && code < 500 && ![401, 408, 409, 429].includes(code)
}
