import type { Database, Sql } from '#platform/adapters/database/database.ts'
import { readCategory } from '#platform/events/store.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { readBlob } from './blobs.ts'
import { type DeploymentState, evolve, initialState } from './deployment.ts'
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
      'lock table kade.deployment, kade.deployment_name, kade.operation, kade.revision in exclusive mode',
    )
    for (const table of ['revision', 'operation', 'deployment_name', 'deployment'])
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
  if (state.deleted) states.delete(id)
  else states.set(id, state)
  await project(tx, {
    id,
    facts: [{ event, at: event.at }],
    state,
    settingsOf: digest => readBlob(tx, digest),
  })
}

/** Health and drift as last seen; a state's beginning is the newest event that tells of it. */
async function restoreSightings(tx: Sql): Promise<void> {
  await tx.query(`
    update kade.deployment d set drift = v.drift, health_state = v.state,
        health = jsonb_strip_nulls(jsonb_build_object('state', v.state, 'reason', v.reason, 'since',
          to_char(coalesce(h.at, v.at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
      from kade.observation v
      left join lateral (
        select coalesce((m.metadata->>'at')::timestamptz, m.time at time zone 'utc') as at
          from message_store.messages m
         where m.stream_name = 'observed-' || v.deployment and m.type = 'HealthChanged'
         order by m.position desc limit 1) h on true
     where v.deployment = d.id`)
}
