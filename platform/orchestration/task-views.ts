import type { Operation, OperationTask } from '#api/operations.ts'
import type { Sql } from '../adapters/database/database.ts'
import { DEAD_LETTERS, QUEUE_SCHEMA } from '../adapters/database/jobs.ts'
import { withSilentWaves } from '../deployments/waves.ts'

type Row = {
  operation: string
  cluster: string
  state: 'created' | 'retry' | 'active' | 'dead'
  tries: number
  before: number
  next_try: Date
  reason: string | null
}

/** The operations as they are now: with what their waves wait for, and with the tasks that stand in the queues for them. */
export async function asOfNow<O extends Operation>(sql: Sql, operations: O[]): Promise<O[]> {
  return withTasks(sql, await withSilentWaves(sql, operations))
}

/**
 * The operations with the tasks that stand in the queues for them. An ended one has none, and one that waits for its pods has
 * none either: nothing holds a worker meanwhile.
 */
async function withTasks<O extends Operation>(sql: Sql, operations: O[]): Promise<O[]> {
  const open = operations.filter(({ endedAt }) => endedAt === undefined).map(({ id }) => id)
  if (open.length === 0) return operations
  const rows = await readTasks(sql, open)
  return operations.map(operation => {
    const tasks = rows.filter(row => row.operation === operation.id).map(view)
    return tasks.length > 0 ? { ...operation, tasks } : operation
  })
}

/**
 * What stands before a task is counted as pg-boss hands tasks out: by priority, then by age. One that waits for a later time is
 * in nobody's way, and tasks of one deployment wait for each other, so it may take longer than the number says.
 */
async function readTasks(sql: Sql, operations: readonly string[]): Promise<Row[]> {
  return sql.query<Row>(
    `with task as (
       select j.*, substr(coalesce(source_name, name), 8) as cluster, data->>'subject' as operation
         from ${QUEUE_SCHEMA}.job j
        where (name = any(array(select 'deploy.' || c.name from kade.cluster c)) and state in ('created', 'retry', 'active')
            or name = '${DEAD_LETTERS}' and state = 'created' and source_name like 'deploy.%')
          and data->>'subject' = any($1))
     select operation, cluster, start_after as next_try,
        case when name = '${DEAD_LETTERS}' then 'dead' else state::text end as state,
        case when name = '${DEAD_LETTERS}' then coalesce(source_retry_count, 0) + 1
          when state = 'created' then 0 when state = 'retry' then retry_count else retry_count + 1 end as tries,
        coalesce(source_output, output)->>'message' as reason,
        (select count(*)::int from ${QUEUE_SCHEMA}.job o where task.state = 'created' and o.name = task.name
          and o.state in ('created', 'retry') and o.start_after <= now()
          and (o.priority > task.priority or o.priority = task.priority and (o.created_on, o.id) < (task.created_on, task.id))
        ) as before
       from task order by cluster, created_on`,
    [operations],
  )
}

const states = { created: 'waiting', retry: 'retrying', active: 'running', dead: 'dead' } as const

function view({ cluster, state, tries, before, next_try, reason }: Row): OperationTask {
  return {
    cluster,
    state: states[state],
    tries,
    ...(state === 'created' ? { before } : {}),
    ...(state === 'retry' ? { nextTry: next_try.toISOString() } : {}),
    ...(reason && state !== 'created' ? { reason } : {}),
  }
}
