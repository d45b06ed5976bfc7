import { KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, label } from '#platform/labels.ts'
import type { ClusterAccess } from './access.ts'
import { isConflict } from './failures.ts'
import type { RecordSeen } from './leaks.ts'
import {
  groupKindsOf,
  inventoryOf,
  kindsAnnotation,
  parentName,
  setId,
  setLabel,
} from './parent.ts'
import { pointer, refOf } from './reference.ts'
import { titleOf } from './stages.ts'

/** Milliseconds for the list of all records. */
const listDeadline = 60_000

/** A forged id makes no record: what it names would be believed to belong to a set. */
export function isRecord({ kind, metadata }: LiveObject): boolean {
  const { labels, namespace, name } = metadata
  const ending = parentName('')
  return (
    kind === 'ConfigMap' &&
    namespace !== undefined &&
    name.endsWith(ending) &&
    labels?.[setLabel] === setId(namespace, name.slice(0, -ending.length))
  )
}

/** The records, the only objects read whole, page by page; null where they could not be read. */
export async function readRecords(
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<{ records: readonly RecordSeen[] | null; repaired: number }> {
  const records: RecordSeen[] = []
  const wrong: { record: LiveObject; kinds: string }[] = []
  const onItem = (live: LiveObject) => {
    const { namespace, labels, annotations } = live.metadata
    const deployment = labels?.[label.deployment]
    if (deployment === undefined || namespace === undefined || !isRecord(live)) return
    const inventory = inventoryOf(live)
    records.push({ namespace, deployment, inventory })
    if (inventory === null) return
    const hint = (annotations?.[kindsAnnotation] ?? '').split(',').filter(Boolean)
    const named = groupKindsOf(inventory)
    const all = [...new Set([...hint, ...named])].toSorted().join(',')
    const { data: _data, binaryData: _binary, ...rest } = live
    // The spread kept apiVersion, kind and metadata.
    if (named.some(kind => !hint.includes(kind))) {
      wrong.push({ record: rest as LiveObject, kinds: all })
    }
  }
  try {
    await access.observer.list('v1', 'ConfigMap', {
      labelSelector: `${label.deployment},${setLabel}`,
      onItem,
      signal: AbortSignal.any([signal, AbortSignal.timeout(listDeadline)]),
    })
  } catch {
    signal.throwIfAborted()
    return { records: null, repaired: 0 }
  }
  let repaired = 0
  for (const { record, kinds: all } of wrong) {
    if (await mend(record, all, access, signal)) repaired += 1
  }
  return { records, repaired }
}

/**
 * Writes the list of kinds, as the namespace's deployer, onto exactly the version that was read. An operation that has
 * written since has written the list too. The revision stays as it is.
 */
async function mend(
  record: LiveObject,
  all: string,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace, resourceVersion, annotations } = record.metadata
  if (namespace === undefined || annotations?.[annotation.revision] === undefined) return false
  try {
    await access.deployer(namespace).patch(
      refOf(record),
      [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'add', path: pointer('annotations', kindsAnnotation), value: all },
      ],
      signal,
    )
    return true
  } catch (error) {
    signal.throwIfAborted()
    // Written by somebody else, or gone: the next scan looks again. A refusal is as harmless: it is only a hint.
    if (isConflict(error) || error instanceof KubeError) return false
    throw new Error(`The record ${titleOf(record)} could not be mended.`, { cause: error })
  }
}
