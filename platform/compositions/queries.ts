import type { Composition, CompositionSummary } from '#api/compositions.ts'
import type { Deployment } from '#api/deployments.ts'
import type { OperationState } from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { decodeCursor, toPage } from '#platform/deployments/pages.ts'
import { readMembers } from '#platform/deployments/queries.ts'
import type { Actor } from '#platform/platform.ts'
import { byUse, type Key, usesAmong } from './members.ts'
import { isNotThere } from './not-there.ts'

/** Whether a composition has members that the actor may see. */
export async function isThere(sql: Sql, actor: Actor, { namespace, name }: Key): Promise<boolean> {
  const rows = await sql.query(
    'select 1 from kade.deployment where namespace = $1 and composition = $2 and team = any($3) limit 1',
    [namespace, name, [...actor.teams]],
  )
  return rows.length > 0
}

/** The compositions the actor may see, by namespace and name. */
export async function listCompositions(
  sql: Sql,
  actor: Actor,
  query: { limit: number; cursor?: string | undefined; namespace?: string | undefined },
): Promise<{ items: CompositionSummary[]; next: string | null }> {
  const after = query.cursor ? decodeCursor(query.cursor, ['name', 'name']) : null
  const rows = await sql.query<CompositionSummary>(
    `select namespace, composition as name, min(team) as team, min(environment) as environment,
        count(*)::int as size
       from kade.deployment
      where composition is not null and team = any($1) and ($2::text is null or namespace = $2)
        and ($3::text is null or (namespace, composition) > ($3, $4::text))
      group by namespace, composition order by namespace, composition limit $5`,
    [
      [...actor.teams],
      query.namespace ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      query.limit + 1,
    ],
  )
  return toPage(
    rows,
    query.limit,
    row => row,
    row => [row.namespace, row.name],
  )
}

/** A composition with its members, providers before their consumers. Throws `not-found`. */
export async function readComposition(sql: Sql, actor: Actor, key: Key): Promise<Composition> {
  const found = await readMembers(sql, actor, key)
  const [first] = found
  if (!first) throw isNotThere(key)
  const bound = found.map(({ name, desired }) => ({ name, bindings: desired.bindings ?? {} }))
  const uses = usesAmong(key.namespace, bound)
  const usesOf = new Map(found.map(({ name }, place) => [name, uses[place] ?? []]))
  return {
    ...key,
    team: first.team,
    environment: first.environment,
    size: found.length,
    state: stateOf(found),
    members: byUse(found, uses).map(deployment => ({
      uses: usesOf.get(deployment.name) ?? [],
      deployment,
    })),
  }
}

function stateOf(members: readonly Deployment[]): Composition['state'] {
  const states = members.map(({ operation }) => operation.state)
  const isOpen = (state: OperationState) => state === 'queued' || state === 'running'
  // What failed holds up those that wait for it, so it is said first.
  if (states.some(state => !isOpen(state) && state !== 'succeeded')) return 'failed'
  if (states.some(isOpen)) return 'changing'
  return members.every(({ health }) => health.state === 'healthy') ? 'ready' : 'degraded'
}
