import type { Sql } from '../adapters/database/database.ts'

type Row = { operation: string; deployment: string; clusters: readonly string[] }

/**
 * By operation its deployment, and the clusters it was asked for: the event says both also when the deployment is gone. One
 * that nobody knows is left out.
 */
export async function operationPlaces(
  sql: Sql,
  operations: readonly string[],
): Promise<ReadonlyMap<string, Omit<Row, 'operation'>>> {
  if (operations.length === 0) return new Map()
  const rows = await sql.query<Row>(
    `select o.id as operation, o.deployment, m.data->'clusters' as clusters
       from kade.operation o
       join message_store.messages m on m.stream_name = 'deployment-' || o.deployment
        and m.type = 'DeploymentRequested' and m.data->>'operation' = o.id::text
      where o.id = any($1::uuid[])`,
    [operations],
  )
  return new Map(rows.map(({ operation, ...place }) => [operation, place]))
}
