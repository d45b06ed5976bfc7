import { randomUUID } from 'node:crypto'
import type { Namespace } from '#api/clusters.ts'
import type { Text } from '#api/names.ts'
import type { OperationKind, OperationOfDeployment } from '#api/operations.ts'
import type { AppData } from '#kit/app.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { PlacementData } from '#platform/events/placement-data.ts'
import type { ConsentData, EventData, RevisionData } from '#platform/events/types.ts'
import { useExceptions } from '#platform/governance/approvals/exceptions.ts'
import { refuseOverQuota } from '#platform/governance/quotas/reserve.ts'
import { takenBy } from '#platform/governance/quotas/taken.ts'
import type { Actor } from '#platform/platform.ts'
import { putBlobs, readBlob } from './blobs.ts'
import type { Draft } from './draft.ts'
import { readOperation } from './operations.ts'
import { holdToPreview, renderDigest } from './preview-hash.ts'
import { change, unwrap } from './stream.ts'
import { secondsOfOthers } from './waits.ts'
import { secondsIn, wavesOf } from './waves.ts'

/** A revision that was drafted and allowed. */
export type NewRevision = {
  id: string
  kind: OperationKind
  app: AppData
  namespace: Namespace
  name: string
  clusters: string[]
  made: Draft
  composition?: string
  to?: number
  going?: 'now' | 'then' | undefined
  continues?: string
  preview?: string | undefined
  consents?: readonly ConsentData[]
  why?: Text
  /** What is wished of its place, by now. */
  wished?: PlacementData['wish']
  exactly?: RevisionData
}

/** Stores what the revision is made of and asks for its operation. */
export async function request(
  context: PlatformContext,
  tx: Sql,
  actor: Actor,
  wish: NewRevision,
): Promise<OperationOfDeployment> {
  const { id, app, namespace, made } = wish
  if (wish.preview !== undefined)
    holdToPreview(wish.preview, renderDigest(made.objects, id, wish.clusters, made.placed.replicas))
  await useExceptions(context, tx, actor, id, made.exceptions)
  const [written] = await putBlobs(tx, [made.settings, made.objects])
  if (made.secrets.values && !wish.exactly)
    await context.secrets.put(tx, id, made.secrets.version, made.secrets.values)
  const {
    number: _number,
    reason: _reason,
    ...then
  } = wish.exactly ?? { number: 0, reason: undefined }
  const revision = wish.exactly ? { ...made.revision, ...then } : made.revision
  // What Kade itself moves or takes back was allowed before, and is in nobody's way any longer than it has to be.
  if (actor.id !== 'platform') {
    const taken = takenBy(revision, wish.clusters, made.placed.replicas)
    await refuseOverQuota(tx, namespace, [{ deployment: id, taken }])
  }
  const waves = wavesOf(wish.kind, wish.clusters, wish.wished)
  const seconds = secondsIn(waves, context.deadlineSeconds(wish.kind, app))
  const event = {
    ...requestOf(context, actor, wish.kind, seconds),
    namespace: namespace.name,
    name: wish.name,
    app: app.id,
    team: namespace.team,
    environment: namespace.environment,
    clusters: wish.clusters,
    ...(made.placed.replicas ? { replicas: made.placed.replicas } : {}),
    ...(waves ? { waves } : {}),
    ...(made.placed.data ? { placement: made.placed.data } : {}),
    ...(wish.composition ? { composition: wish.composition } : {}),
    ...(wish.to === undefined ? {} : { to: wish.to }),
    ...(wish.going ? { configuration: wish.going } : {}),
    ...(wish.continues ? { continues: wish.continues } : {}),
    ...(wish.preview ? { preview: wish.preview } : {}),
    ...(wish.consents ? { consents: [...wish.consents] } : {}),
    ...(wish.why ? { why: wish.why } : {}),
    ...(made.exceptions.length > 0
      ? { approvals: made.exceptions.map(({ approval }) => approval) }
      : {}),
  }
  return record(context, tx, id, event, revision, async digest =>
    digest === written ? made.settings : readBlob(tx, digest),
  )
}

/** The part of a request that is the same for every kind; `seconds` until its deadline. */
export function requestOf(
  context: PlatformContext,
  actor: Actor,
  kind: OperationKind,
  seconds: number,
) {
  return {
    operation: randomUUID(),
    kind,
    actor: actor.id,
    via: actor.via,
    assisted: false,
    deadline: new Date(context.clock().getTime() + seconds * 1000).toISOString(),
  }
}

/** Appends the request and enqueues a task per cluster, in the caller's transaction. `settingsOf` finds settings by their digest. */
export async function record(
  context: PlatformContext,
  tx: Sql,
  id: string,
  event: Omit<EventData<'DeploymentRequested'>, 'revision'>,
  revision: Omit<RevisionData, 'number'> | null,
  settingsOf?: (digest: string) => Promise<unknown>,
): Promise<OperationOfDeployment> {
  const result = await change(
    context,
    tx,
    id,
    async state => {
      const bindings = revision?.bindings ?? {}
      const more = await secondsOfOthers(context, tx, { ...event, id }, state, bindings)
      const deadline = new Date(Date.parse(event.deadline) + more * 1000).toISOString()
      return { type: 'request', request: { ...event, deadline }, revision }
    },
    {
      settingsOf,
      alongside: async () => {
        for (const cluster of event.waves?.clusters[0] ?? event.clusters)
          await context.queue.enqueue(
            tx,
            { kind: 'advance', cluster, subject: event.operation },
            { key: id, team: event.team },
          )
      },
    },
  )
  unwrap(result)
  return readOperation(tx, event.operation)
}
