import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { append, readStream } from '#platform/events/store.ts'
import { type ApprovalCommand, decide } from './decide.ts'
import { type ApprovalState, evolve, isOfApproval, noApproval } from './evolve.ts'
import { project } from './project.ts'

/** The stream of one request for approval. */
export function streamOf(approval: string): string {
  return `approval-${approval}`
}

/** A request for approval as its events tell it, and the version of its stream. */
export async function load(
  sql: Sql,
  approval: string,
): Promise<{ state: ApprovalState; version: number }> {
  const events = await readStream(sql, streamOf(approval))
  return {
    state: events.filter(isOfApproval).reduce<ApprovalState>(evolve, noApproval),
    version: events.at(-1)?.position ?? -1,
  }
}

/**
 * One change of one request, in the caller's transaction. Changes of the same request wait for each other, and the store takes the version
 * that was read and no other: of an approval and a refusal at the same moment one wins. Throws what `decide` refuses.
 */
export async function change(
  context: Pick<PlatformContext, 'clock'>,
  tx: Sql,
  approval: string,
  command: ApprovalCommand,
): Promise<ApprovalState> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [streamOf(approval)])
  const { state, version } = await load(tx, approval)
  const decision = decide(command, state)
  if ('refused' in decision) {
    const { code, message, next } = decision.refused
    throw new PlatformError(code, message, next ? { next } : {})
  }
  const at = context.clock()
  let after = state
  for (const [index, event] of decision.events.entries()) {
    after = evolve(after, event)
    await project(tx, { id: approval, version: version + index + 1, event, state: after, at })
  }
  await append(tx, streamOf(approval), version, decision.events, { meta: { at } })
  return after
}
