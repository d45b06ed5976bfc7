import type { Namespace } from '#api/clusters.ts'
import type { CreateDeployment } from '#api/deployments.ts'
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
    const rows = await sql.query<{ digest: string }>(
      `select objects_digest as digest from kade.revision r
        where deployment = $1 and exists (select from kade.operation o
          where o.deployment = $1 and o.revision = r.number and o.kind <> 'delete' and o.attempt > 0)
        group by objects_digest order by max(number) desc limit $2`,
      [deployment, lookBack],
    )
    for (const { digest } of rows) {
      // The blob was written from KubernetesObject[].
      const objects = (await readBlob(sql, digest)) as readonly KubernetesObject[]
      for (const { key, storageClass } of objects.flatMap(claimsIn))
        if (asked.delete(key)) found.set(key, storageClass)
      if (asked.size === 0) break
    }
    return found
  }
}

/**
 * The claims that the last deployment of this app, team, namespace and name left for the next on the same clusters; none where there
 * was none, where it stood on others, or where its data was deleted with it. One that was forgotten left its data whatever was asked.
 */
export function leftClaims(
  sql: Sql,
  { name: namespace, team }: Pick<Namespace, 'name' | 'team'>,
  { name, app }: Pick<CreateDeployment, 'name' | 'app'>,
): FindClaims {
  return async (rendered, clusters) => {
    const [row] = await sql.query<{ deployment: string; kept: boolean }>(
      `select o.deployment, exists (
          select 1 from message_store.messages m
           where m.stream_name = 'deployment-' || o.deployment and m.type = 'DeploymentDeleted'
             and (m.data::jsonb->>'data' = 'keep' or m.data::jsonb ? 'forgotten'))
          and exists (
          select 1 from message_store.messages m
           where m.stream_name = 'deployment-' || o.deployment and m.type = 'DeploymentRequested'
             and m.data::jsonb->>'operation' = o.id::text and m.data::jsonb->'clusters' @> $5::jsonb) as kept
         from kade.operation o
        where o.namespace = $1 and o.name = $2 and o.team = $3 and o.app = $4
          and o.kind = 'delete' and o.state = 'succeeded'
        order by o.ended_at desc limit 1`,
      [namespace, name, team, app, JSON.stringify(clusters)],
    )
    return row?.kept
      ? standingClaims(sql, row.deployment)(rendered, clusters)
      : noClaims(rendered, clusters)
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
