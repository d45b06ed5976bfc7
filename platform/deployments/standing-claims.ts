import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { readBlob } from './blobs.ts'

/**
 * The storage class that each claim was asked for with, undefined where it was the cluster's own choice. A claim keeps its class for
 * good, whatever its environment says since, so who renders a deployment anew says the same again.
 */
export type StandingClaims = ReadonlyMap<string, string | undefined>

/** Of the claims among these objects those that may stand already, on the clusters where the objects go. */
export type FindClaims = (
  objects: readonly KubernetesObject[],
  clusters: readonly string[],
) => Promise<StandingClaims>

export const noClaims: FindClaims = async () => new Map()

/**
 * How many revisions are looked through for a claim that none of them has, such as one that is new: each is a blob to read while
 * somebody waits. Who dropped a claim longer ago and brings it back under another storage class is told by the cluster.
 */
const lookBack = 20

/**
 * Finds claims of a deployment, also of one that was deleted and kept its data: in the newest revision that had each, because a
 * claim that a revision leaves out stays in the cluster. One that no worker ever took up has made none.
 */
export function standingClaims(sql: Sql, deployment: string): FindClaims {
  return async rendered => {
    const asked = new Set(rendered.flatMap(claimsIn).map(each => each.key))
    const found = new Map<string, string | undefined>()
    if (asked.size === 0) return found
    for await (const objects of begunRevisions(sql, deployment)) {
      for (const { key, storageClass } of objects.flatMap(claimsIn))
        if (asked.delete(key)) found.set(key, storageClass)
      if (asked.size === 0) break
    }
    return found
  }
}

/** Whether a worker began to make any claim for it, in the revisions that are looked through. */
export async function madeClaims(sql: Sql, deployment: string): Promise<boolean> {
  for await (const objects of begunRevisions(sql, deployment))
    if (objects.some(each => claimsIn(each).length > 0)) return true
  return false
}

/** The objects of each revision that a worker took up, newest first, as far as is looked back. */
async function* begunRevisions(sql: Sql, deployment: string) {
  const rows = await sql.query<{ digest: string }>(
    `select objects_digest as digest from kade.revision r
      where deployment = $1 and exists (select from kade.operation o
        where o.deployment = $1 and o.revision = r.number and o.kind <> 'delete' and o.attempt > 0)
      group by objects_digest order by max(number) desc limit $2`,
    [deployment, lookBack],
  )
  for (const { digest } of rows) {
    // The blob was written from KubernetesObject[].
    yield (await readBlob(sql, digest)) as readonly KubernetesObject[]
  }
}

type Claim = { readonly key: string; readonly storageClass: string | undefined }

function claimsIn(object: KubernetesObject): readonly Claim[] {
  if (!isRecord(object.spec)) return []
  if (object.kind === 'PersistentVolumeClaim')
    return [{ key: object.metadata.name, storageClass: classOf(object.spec) }]
  return templatesOf(object.spec).map(each => ({
    key: templateKey(object, each),
    storageClass: classOf(each.spec),
  }))
}

/** The volumes among these objects by name; those that a StatefulSet makes as `set/volume`. */
export function claimNames(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap(claimsIn).map(each => each.key)
}

/** The object with a storage class on every new claim that names none; a claim that stands keeps what it has. */
export function withStorageClass(
  object: KubernetesObject,
  storageClass: string | undefined,
  standing: StandingClaims,
): KubernetesObject {
  const { spec } = object
  if (!isRecord(spec)) return object
  const inClass = (claim: Record<string, unknown>, key: string) => {
    const named = standing.has(key) ? standing.get(key) : (classOf(claim) ?? storageClass)
    return named === undefined ? claim : { ...claim, storageClassName: named }
  }
  if (object.kind === 'PersistentVolumeClaim')
    return { ...object, spec: inClass(spec, object.metadata.name) }
  const templates = templatesOf(spec)
  if (templates.length === 0) return object
  const volumeClaimTemplates = templates.map(each => ({
    ...each,
    spec: inClass(isRecord(each.spec) ? each.spec : {}, templateKey(object, each)),
  }))
  return { ...object, spec: { ...spec, volumeClaimTemplates } }
}

function templatesOf(spec: Record<string, unknown>): readonly Record<string, unknown>[] {
  return Array.isArray(spec.volumeClaimTemplates) ? spec.volumeClaimTemplates.filter(isRecord) : []
}

/** No claim has a slash in its name. */
function templateKey(set: KubernetesObject, template: Record<string, unknown>): string {
  const metadata = isRecord(template.metadata) ? template.metadata : {}
  return `${set.metadata.name}/${String(metadata.name)}`
}

function classOf(spec: unknown): string | undefined {
  const named = isRecord(spec) ? spec.storageClassName : undefined
  return typeof named === 'string' ? named : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
