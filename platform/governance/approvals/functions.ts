import type { ApprovalDetail } from '#api/approvals.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Actor, Platform } from '#platform/platform.ts'
import type { ApprovalCommand } from './decide.ts'
import { deciderOf } from './deciders.ts'
import type { Decider } from './may-decide.ts'
import { findRow, listApprovals, readApproval } from './queries.ts'
import { requestException } from './request-exception.ts'
import { change } from './stream.ts'

type ApprovalFunctions = Pick<
  Platform,
  | 'listApprovals'
  | 'readApproval'
  | 'requestApproval'
  | 'giveApproval'
  | 'refuseApproval'
  | 'withdrawApproval'
>

/** The part of the platform that concerns approvals. */
export function approvalFunctions(context: PlatformContext): ApprovalFunctions {
  const { clock } = context
  return {
    listApprovals: (actor, { query }) => listApprovals(context.database, actor, query),
    readApproval: (actor, { params }) => readApproval(context, actor, params.approval),
    requestApproval: async (actor, { body }) =>
      readApproval(context, actor, await requestException(context, actor, body)),
    giveApproval: (actor, { params, body }) =>
      act(context, actor, params.approval, by => ({ type: 'approve', by, now: clock(), ...body })),
    refuseApproval: (actor, { params, body }) =>
      act(context, actor, params.approval, by => ({ type: 'refuse', by, now: clock(), ...body })),
    withdrawApproval: (actor, { params, body }) =>
      act(context, actor, params.approval, by => ({ type: 'withdraw', by, ...body })),
  }
}

async function act(
  context: PlatformContext,
  actor: Actor,
  id: string,
  commandBy: (by: Decider) => ApprovalCommand,
): Promise<ApprovalDetail> {
  await context.database.transaction(async tx => {
    const row = await findRow(tx, actor, id)
    const by = await deciderOf(context, tx, actor, row)
    await change(context, tx, id, commandBy(by))
  })
  return readApproval(context, actor, id)
}
