import type { Database, Sql } from '#platform/adapters/database/database.ts'
import { readCategory } from '#platform/events/store.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { readBlob } from './blobs.ts'
import { type DeploymentState, evolve, initialState } from './deployment.ts'
import { refreshHealth } from './place-health.ts'
import { project } from './projection.ts'

const page = 500

/**
 * Writes the read model of deployments anew from their events, in one transaction; answers how many events it read. What is
 * merely seen stays as it was last seen, since no event holds all of it.
 */
export async function rebuildDeployments(database: Database): Promise<number> {
  return database.transaction(async tx => {
    // Nobody decides on a half-built model: commands wait here until the commit.
    await tx.query(
      'lock table kade.deployment, kade.deployment_name, kade.operation, kade.revision, kade.leaving, kade.kept_data in exclusive mode',
    )
    for (const table of [
      'revision',
      'operation',
      'deployment_name',
      'deployment',
      'leaving',
      'kept_data',
    ])
      await tx.query(`delete from kade.${table}`)
    const count = await replay(tx)
    await restoreSightings(tx)
    return count
  })
}

async function replay(tx: Sql): Promise<number> {
  const states = new Map<string, DeploymentState>()
  let after = 0
  let count = 0
  for (;;) {
    const events = await readCategory(tx, 'deployment', after, page)
    for (const event of events) await apply(tx, states, event)
    count += events.length
    const last = events.at(-1)
    if (!last || events.length < page) return count
    after = last.globalPosition
  }
}

async function apply(
  tx: Sql,
  states: Map<string, DeploymentState>,
  event: StoredEvent,
): Promise<void> {
  const id = event.stream.slice('deployment-'.length)
  const state = evolve(states.get(id) ?? initialState, event)
  // Clusters may have to be emptied of what is deleted.
  if (state.deleted && state.leaving.length === 0) states.delete(id)
  else states.set(id, state)
  await project(tx, {
    id,
    facts: [{ event, at: event.at }],
    state,
    settingsOf: digest => readBlob(tx, digest),
  })
}

/** Health and drift as last seen. */
async function restoreSightings(tx: Sql): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    'select id from kade.deployment d where exists (select from kade.observation v where v.deployment = d.id)',
  )
  for (const { id } of rows) await refreshHealth(tx, id)
}
