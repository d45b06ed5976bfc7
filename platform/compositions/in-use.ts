import type { Violation } from '#api/problem.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { type Ahead, refuseInUse } from '#platform/deployments/consumers.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'
import type { Plan } from './plan.ts'

/**
 * Throws `in-use` where somebody goes on using a member that the plan leaves out. Asked before anything is written, by a preview
 * and by the request alike, so that both say the same; each delete looks once more, under its lock.
 */
export async function refuseLeaving(sql: Sql, actor: Actor, plan: Plan): Promise<void> {
  const ahead = aheadOf(plan)
  for (const { id, state } of plan.leaving)
    if (state.identity) await refuseInUse(sql, actor, { ...state.identity, id }, ahead)
}

/** The same as violations, for who only wants to know. */
export async function leavingViolations(sql: Sql, actor: Actor, plan: Plan): Promise<Violation[]> {
  try {
    await refuseLeaving(sql, actor, plan)
    return []
  } catch (error) {
    if (!(error instanceof PlatformError && error.code === 'in-use')) throw error
    return [{ pointer: '/members', detail: error.text }]
  }
}

/** Members that would stay as they are go on using what they use. */
function aheadOf({ namespace, members, leaving }: Plan): Ahead {
  const { name = '', team = '' } = namespace ?? {}
  const changed = members.filter(one => one.change !== 'unchanged')
  return new Map([
    ...changed.map(
      one =>
        [
          one.id,
          { namespace: name, name: one.name, team, bindings: one.made.revision.bindings },
        ] as const,
    ),
    ...leaving.map(
      one => [one.id, { namespace: name, name: one.name, team, bindings: {} }] as const,
    ),
  ])
}
