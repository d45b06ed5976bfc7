import type { Database, Sql } from '#platform/adapters/database/database.ts'
import { readCategory } from '#platform/events/store.ts'
import {
  type ApprovalEvent,
  type ApprovalState,
  evolve,
  isOfApproval,
  noApproval,
} from './evolve.ts'

/** An event that happened, and what is by then. */
type Fact = {
  readonly id: string
  readonly version: number
  readonly event: ApprovalEvent
  readonly state: ApprovalState
  readonly at: Date
}

/** Writes the row that follows from an event. */
export async function project(tx: Sql, { id, version, event, state, at }: Fact): Promise<void> {
  const { asked } = state
  if (!asked) return
  if (event.type === 'ApprovalRequested') {
    await tx.query(
      `insert into kade.approval (id, version, kind, state, team, namespace, deployment, policy, approver, shown, content,
         reason, until, expires_at, authors, requested_by, requested_at)
       values ($1, $2, $3, 'requested', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        id,
        version,
        asked.kind,
        asked.team,
        asked.namespace,
        asked.deployment,
        asked.policy,
        asked.approver,
        asked.shown,
        asked.content,
        asked.reason,
        asked.until,
        asked.expiresAt,
        asked.authors,
        asked.actor,
        at,
      ],
    )
    return
  }
  const decided = event.type === 'ApprovalGiven' || event.type === 'ApprovalRefused'
  await tx.query(
    `update kade.approval set version = $2, state = $3, target = $4, alone = $5, said = coalesce($6, said),
       decided_by = coalesce($7, decided_by), decided_as = coalesce($8, decided_as), decided_at = coalesce($9, decided_at)
      where id = $1`,
    [
      id,
      version,
      state.state,
      state.target,
      state.given?.alone ?? false,
      ('reason' in event.data ? event.data.reason : undefined) ?? null,
      decided ? event.data.actor : null,
      decided ? event.data.role : null,
      decided ? at : null,
    ],
  )
}

const page = 500

/** Writes the rows of all requests anew from their events; answers how many events it read. */
export async function rebuildApprovals(database: Database): Promise<number> {
  return database.transaction(async tx => {
    await tx.query('lock table kade.approval in exclusive mode')
    await tx.query('delete from kade.approval')
    const states = new Map<string, ApprovalState>()
    let count = 0
    for (let after = 0; ; ) {
      const events = await readCategory(tx, 'approval', after, page)
      for (const event of events) {
        if (!isOfApproval(event)) continue
        const id = event.stream.slice('approval-'.length)
        const state = evolve(states.get(id) ?? noApproval, event)
        states.set(id, state)
        await project(tx, { id, version: event.position, event, state, at: event.at })
      }
      count += events.length
      const last = events.at(-1)
      if (!last || events.length < page) return count
      after = last.globalPosition
    }
  })
}
