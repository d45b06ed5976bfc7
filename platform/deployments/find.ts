import type { Sql } from '#platform/adapters/database/database.ts'
import type { Actor } from '#platform/platform.ts'
import { noSuchDeployment } from './no-such-deployment.ts'

export type DeploymentKey = { readonly namespace: string; readonly name: string }

/** The id of a living deployment the actor may see. Throws `not-found` alike for what is foreign and what is not there. */
export async function findDeployment(sql: Sql, actor: Actor, key: DeploymentKey): Promise<string> {
  const [row] = await sql.query<{ id: string }>(
    'select id from kade.deployment where namespace = $1 and name = $2 and team = any($3)',
    [key.namespace, key.name, [...actor.teams]],
  )
  if (row) return row.id
  throw noSuchDeployment(key)
}
