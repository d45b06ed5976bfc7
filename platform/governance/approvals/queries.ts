import type { Approval, ApprovalDetail, ApprovalState } from '#api/approvals.ts'
import { InstallationRole } from '#api/roles.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/deployments/pages.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'
import { deciderOf } from './deciders.ts'
import { mayDecide } from './may-decide.ts'
import { readShown } from './shown.ts'

type Row = {
  id: string
  kind: Approval['kind']
  state: ApprovalState
  team: string
  namespace: string
  deployment: string
  policy: string
  approver: string
  shown: string
  reason: string
  until: Date
  expires_at: Date
  authors: string[]
  requested_by: string
  requester: string | null
  requested_at: Date
  decided_by: string | null
  decider: string | null
  decided_as: string | null
  decided_at: Date | null
  alone: boolean
  said: string | null
}

const rows = `select p.*, asker.name as requester, decider.name as decider from kade.approval p
  left join kade.account asker on asker.id = p.requested_by left join kade.account decider on decider.id = p.decided_by`

type Query = {
  limit: number
  cursor?: string | undefined
  state?: ApprovalState | undefined
  namespace?: string | undefined
}

/** The requests for approval of the actor's teams, newest first. */
export async function listApprovals(
  sql: Sql,
  actor: Actor,
  { limit, cursor, state, namespace }: Query,
): Promise<{ items: Approval[]; next: string | null }> {
  const after = cursor === undefined ? null : decodeCursor(cursor, ['time', 'id'])
  const found = await sql.query<Row>(
    `${rows} where p.team = any($1) and ($3::text is null or p.state = $3) and ($4::text is null or p.namespace = $4)
        ${after ? 'and (p.requested_at, p.id) < ($5::timestamptz, $6::uuid)' : ''}
      order by p.requested_at desc, p.id desc limit $2`,
    [[...actor.teams], limit + 1, state ?? null, namespace ?? null, ...(after ?? [])],
  )
  return toPage(found, limit, view, row => [row.requested_at.toISOString(), row.id])
}

/** One request with all that was shown, and whether the actor may decide. Throws `not-found`. */
export async function readApproval(
  context: Pick<PlatformContext, 'database' | 'fourEyes' | 'clock'>,
  actor: Actor,
  id: string,
): Promise<ApprovalDetail> {
  const { database } = context
  const row = await findRow(database, actor, id)
  const what = await readShown(database, row.shown)
  const by = await deciderOf(context, database, actor, row)
  const allowed = mayDecide(row, by)
  const isOpen = row.state === 'requested' && context.clock() < row.expires_at
  const mayWithdraw =
    (row.state === 'requested' && row.requested_by === actor.id) ||
    (row.state === 'given' && (row.requested_by === actor.id || !('refused' in allowed)))
  return {
    ...view(row),
    what,
    mine: {
      mayDecide: isOpen && !('refused' in allowed),
      mayWithdraw,
      ...(isOpen && 'refused' in allowed ? { why: allowed.refused.message } : {}),
    },
  }
}

/** Throws `not-found` alike for what is foreign and what is not there. */
export async function findRow(sql: Sql, actor: Actor, id: string): Promise<Row> {
  const [row] = await sql.query<Row>(`${rows} where p.id = $1 and p.team = any($2)`, [
    id,
    [...actor.teams],
  ])
  if (row) return row
  throw new PlatformError('not-found', {
    en: 'There is no such request for approval.',
    nl: 'Dit verzoek om goedkeuring is er niet.',
  })
}

function view(row: Row): Approval {
  const { id, kind, state, team, namespace, deployment, policy, reason, shown, said } = row
  return {
    ...{ id, kind, state, team, namespace, deployment, policy, reason, shown },
    approver: InstallationRole.parse(row.approver),
    until: row.until.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    requestedBy: { id: row.requested_by, name: row.requester ?? row.requested_by },
    requestedAt: row.requested_at.toISOString(),
    decision:
      row.decided_by && row.decided_at
        ? {
            by: { id: row.decided_by, name: row.decider ?? row.decided_by },
            as: InstallationRole.parse(row.decided_as),
            at: row.decided_at.toISOString(),
            alone: row.alone,
          }
        : null,
    ...(said && said !== reason ? { said } : {}),
  }
}
