import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { type DeploymentState, wanted } from './deployment.ts'
import type { Current } from './draft.ts'
import { standingClaims } from './standing-claims.ts'

/** What a deployment has before a change: its bindings, its claims, and its secrets in the version that is wanted now. */
export async function currentOf(
  context: Pick<PlatformContext, 'secrets'>,
  sql: Sql,
  id: string,
  state: DeploymentState,
): Promise<Current> {
  const newest = wanted(state)
  const version = newest?.secretVersion ?? 0
  return {
    version,
    bindings: newest?.bindings ?? {},
    claims: standingClaims(sql, id),
    latest: Math.max(0, ...state.revisions.map(one => one.secretVersion)),
    values: version > 0 ? await context.secrets.read(sql, id, version) : {},
  }
}
