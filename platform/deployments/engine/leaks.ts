import type { Text } from '#api/names.ts'
import { type Inventory, type ObjectName, sameObject } from './parent.ts'

/** An object that carries the owner label, as a scan sees it: metadata only. */
export type OwnedSeen = ObjectName & {
  readonly namespace: string
  readonly uid: string
  /** The deployment's id, from the owner label. */
  readonly deployment: string
  /** The deployment's name, where the object says so. */
  readonly instance?: string
  /** It says itself that it stays, whatever a revision holds: no record has to name it. */
  readonly stays: boolean
  /** It is the record (the parent) of a deployment, and no object of one. */
  readonly isRecord: boolean
}

/** A parent as a scan sees it. `inventory` is null where it cannot be read: then nothing is said of its objects. */
export type RecordSeen = {
  readonly namespace: string
  readonly deployment: string
  readonly inventory: Inventory | null
}

/** All that one scan has read of a cluster. */
export type Picture = {
  readonly objects: readonly OwnedSeen[]
  readonly records: readonly RecordSeen[]
  /** Ids on owner labels that are of no living deployment. */
  readonly strangers: ReadonlySet<string>
}

export type SeenLeak = { readonly object: OwnedSeen; readonly why: Text }

/** Pure: what carries Kade's owner label, and is found from no record or belongs to nobody. */
export function leaksOf({ objects, records, strangers }: Picture): readonly SeenLeak[] {
  const kept = Map.groupBy(records, placeOf)
  return objects.flatMap(object => {
    const why = whyLeaked(object, kept.get(placeOf(object)) ?? [], strangers)
    return why === null ? [] : [{ object, why }]
  })
}

function placeOf({ namespace, deployment }: { namespace: string; deployment: string }): string {
  return `${namespace}/${deployment}`
}

function whyLeaked(
  object: OwnedSeen,
  records: readonly RecordSeen[],
  strangers: ReadonlySet<string>,
): Text | null {
  if (object.stays && !object.isRecord) return null
  if (strangers.has(object.deployment)) return unknownDeployment
  if (object.isRecord) return null
  if (records.length === 0) return noRecord
  const named = records.some(
    ({ inventory }) =>
      inventory === null ||
      [...inventory.objects, ...inventory.leftover].some(one => sameObject(one, object)),
  )
  return named ? null : notNamed
}

const unknownDeployment: Text = {
  en: 'Its label names a deployment that Kade does not have (any more), so nothing will ever remove it.',
  nl: 'Het label noemt een uitrol die Kade niet (meer) heeft, dus niets zal het ooit opruimen.',
}
const noRecord: Text = {
  en: 'The record of its deployment, the ConfigMap that names all of its objects, is gone.',
  nl: 'De administratie van de uitrol, de ConfigMap die alle objecten noemt, is weg.',
}
const notNamed: Text = {
  en: 'It carries the label of its deployment, but no revision of that deployment has it.',
  nl: 'Het draagt het label van de uitrol, maar geen revisie van die uitrol bevat het.',
}
