import type {
  KubeApi,
  LiveObject,
  ManagedFieldsEntry,
} from '#platform/adapters/kubernetes/kube-api.ts'
import { annotation, fieldManager, label } from '#platform/labels.ts'
import type { Work } from '../work.ts'
import { failureOf } from './failures.ts'
import { isRecord, type JsonRecord } from './reading.ts'
import { pointer, refOf } from './reference.ts'
import { titleOf } from './stages.ts'

/** Who writes whole objects, by hand or from a chart: what they set is ours from now on, and goes away where we do not. */
const formerManagers: ReadonlySet<string> = new Set([
  'before-first-apply',
  'helm',
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-replace',
])
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
/** A controller may write the object's status at any moment. */
const mostTries = 8

/**
 * Makes an object that somebody else made the deployment's own, in one guarded patch; what it says is left to the apply
 * that follows. Without rewriting who keeps which field, the apply would leave every field of the former manager that we do
 * not have (seen on 1.36). Throws a plain `Error` where another object stands there by now: the plan is made anew, and asks.
 */
export async function takeOver(seen: LiveObject, work: Work, api: KubeApi): Promise<void> {
  let live = seen
  for (let tried = 1; ; tried++) {
    try {
      await api.patch(refOf(seen), takeOverPatch(live, work))
      return
    } catch (error) {
      const now = await api.get(refOf(seen))
      if (now?.metadata.uid !== seen.metadata.uid)
        throw new Error(`${titleOf(seen)} is another object by now.`, { cause: error })
      const changed = now.metadata.resourceVersion !== live.metadata.resourceVersion
      if (!changed || tried === mostTries) throw failureOf(error, titleOf(seen)) ?? error
      live = { ...now, apiVersion: seen.apiVersion, kind: seen.kind }
    }
  }
}

/** Pure: the JSON patch. The guard policies let an owner be put on it because it names the operation as the consented one. */
export function takeOverPatch(
  live: LiveObject,
  work: Pick<Work, 'deployment' | 'operation' | 'revision'>,
): readonly object[] {
  const { uid, resourceVersion, labels, annotations } = live.metadata
  const fields = ourFields(live)
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...(fields ? [{ op: 'replace', path: '/metadata/managedFields', value: fields }] : []),
    ...(labels ? [] : [{ op: 'add', path: '/metadata/labels', value: {} }]),
    { op: 'add', path: pointer('labels', label.deployment), value: work.deployment },
    ...[label.data, label.keptOf].flatMap(key =>
      labels?.[key] === undefined ? [] : [{ op: 'remove', path: pointer('labels', key) }],
    ),
    ...(annotations ? [] : [{ op: 'add', path: '/metadata/annotations', value: {} }]),
    ...(annotations?.[lastApplied] === undefined
      ? []
      : [{ op: 'remove', path: pointer('annotations', lastApplied) }]),
    { op: 'add', path: pointer('annotations', annotation.operation), value: work.operation },
    { op: 'add', path: pointer('annotations', annotation.consent), value: work.operation },
    { op: 'add', path: pointer('annotations', annotation.revision), value: String(work.revision) },
  ]
}

/** The managed fields with those of the former managers in our entry; null where there are none. */
function ourFields(live: LiveObject): readonly object[] | null {
  const entries = live.metadata.managedFields ?? []
  const former = entries.filter(
    ({ manager, subresource }) => formerManagers.has(manager) && subresource === undefined,
  )
  if (former.length === 0) return null
  const isOurs = ({ manager, operation, subresource }: ManagedFieldsEntry) =>
    manager === fieldManager && operation === 'Apply' && subresource === undefined
  const ours = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: [...entries.filter(isOurs), ...former]
      .map(entry => entry.fieldsV1 ?? {})
      .reduce<JsonRecord>(united, {}),
  }
  return [...entries.filter(entry => !former.includes(entry) && !isOurs(entry)), ours]
}

/** A set of fields is a tree of names; what is in either is in both. */
function united(a: JsonRecord, b: JsonRecord): JsonRecord {
  const both = Object.entries(b).map(([name, inner]) => {
    const before = a[name]
    return [name, isRecord(before) && isRecord(inner) ? united(before, inner) : inner]
  })
  return { ...a, ...Object.fromEntries(both) }
}
