import type {
  Erasure,
  OperationKind,
  OperationOfDeployment,
  OperationState,
  Wait,
  WavesOfOperation,
} from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { WaitData } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { decodeCursor, toPage } from './pages.ts'

export type OperationRow = {
  id: string
  deployment: string
  namespace: string
  name: string
  app: string
  team: string
  kind: OperationKind
  state: OperationState
  step: string | null
  attempt: number
  tries: Readonly<Record<string, number>> | null
  revision: number | null
  requested_at: Date
  ended_at: Date | null
  deadline: Date
  waits_for: readonly WaitData[] | null
  clusters: string[] | null
  waves: WavesOfOperation | null
  erasures: Readonly<Record<string, string | null>> | null
  cause: OperationOfDeployment['cause'] | null
  next: OperationOfDeployment['next'] | null
  asks: OperationOfDeployment['asks'] | null
  continues: string | null
  actor: string
  via: OperationOfDeployment['via']
}

export function operationView(row: OperationRow): OperationOfDeployment {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    ...(row.step ? { step: row.step } : {}),
    attempt: row.attempt,
    ...(row.tries ? { tries: row.tries } : {}),
    requestedAt: row.requested_at.toISOString(),
    ...(row.ended_at ? { endedAt: row.ended_at.toISOString() } : {}),
    deadline: row.deadline.toISOString(),
    ...(row.clusters ? { clusters: row.clusters } : {}),
    ...(row.waves ? { waves: row.waves } : {}),
    ...(row.erasures ? { erasures: erasuresView(row.erasures) } : {}),
    ...(row.waits_for ? { waitsFor: row.waits_for.map(waitView) } : {}),
    ...(row.cause ? { cause: row.cause } : {}),
    ...(row.next ? { next: row.next } : {}),
    ...(row.asks ? { asks: row.asks } : {}),
    ...(row.continues ? { continues: row.continues } : {}),
    actor: row.actor,
    via: row.via,
    namespace: row.namespace,
    name: row.name,
    deployment: row.deployment,
    app: row.app,
    revision: row.revision,
  }
}

function erasuresView(erasures: NonNullable<OperationRow['erasures']>): Erasure[] {
  return Object.entries(erasures)
    .map(([cluster, erasedAt]) => ({ cluster, ...(erasedAt ? { erasedAt } : {}) }))
    .toSorted((a, b) => a.cluster.localeCompare(b.cluster))
}

function waitView({ target, until, message }: WaitData): Wait {
  return { ...(target ? { target } : {}), until, message }
}

/** An operation by id, also after its deployment is gone. Throws `not-found`. */
export async function readOperation(
  sql: Sql,
  id: string,
  actor?: Actor,
): Promise<OperationOfDeployment> {
  const [row] = await sql.query<OperationRow>('select * from kade.operation where id = $1', [id])
  if (row && (!actor || actor.teams.includes(row.team))) return operationView(row)
  throw new PlatformError('not-found', {
    en: `There is no operation ${id}.`,
    nl: `Er is geen bewerking ${id}.`,
  })
}

export async function listOperations(
  sql: Sql,
  actor: Actor,
  query: {
    limit: number
    cursor?: string | undefined
    state?: OperationState | undefined
    namespace?: string | undefined
    name?: string | undefined
  },
): Promise<{ items: OperationOfDeployment[]; next: string | null }> {
  const [before, id] = query.cursor ? decodeCursor(query.cursor, ['time', 'id']) : [null, null]
  const rows = await sql.query<OperationRow>(
    `select * from kade.operation where team = any($1)
       and ($2::text is null or state = $2) and ($3::text is null or namespace = $3)
       and ($4::text is null or name = $4)
       and ($5::timestamptz is null or (requested_at, id) < ($5::timestamptz, $6::uuid))
     order by requested_at desc, id desc limit $7`,
    [
      [...actor.teams],
      query.state ?? null,
      query.namespace ?? null,
      query.name ?? null,
      before ?? null,
      id ?? null,
      query.limit + 1,
    ],
  )
  return toPage(rows, query.limit, operationView, row => [row.requested_at.toISOString(), row.id])
}
