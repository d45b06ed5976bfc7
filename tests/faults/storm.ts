/**
 * Everything goes down, again and again, while people ask for things:
 *
 *   open the world ─▶ ask and strike, for so many seconds ─▶ heal ─▶ wait until all has ended ─▶ judge
 *
 * What is asked and what is struck, in which order, follows from one seed. When a request meets a fault is the machine's.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { toldCategories } from '#platform/events/places.ts'
import { until } from '#tests/support/deployments.ts'
import { allEnded, allTasksDone, expectSound } from '#tests/support/invariants.ts'
import { randomFrom } from '#tests/support/killed.ts'
import { askAnything } from '#tests/support/traffic.ts'
import type { World } from './world.ts'

export type StormOptions = { readonly seconds: number; readonly seed: number }

const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
/** Of the names, in each namespace. */
const standing = 4
/** A request to a gateway that was stopped in its tracks is given up. */
const patienceMs = 8_000
const told = toldCategories as readonly string[]

/**
 * Some of each namespace stand before it begins: while nothing is heard of the workers nothing new is placed, and then there would be
 * nothing to ask for.
 */
export async function deployFirst(world: World): Promise<void> {
  const client = await pick(world.gateways, () => 0).client()
  for (const namespace of world.namespaces)
    for (const name of names.slice(0, standing))
      await client.createDeployment({ body: { app: 'qdrant', namespace, name, settings: {} } })
  await allEnded(world.database)
}

/** Rages and heals; answers the operations that were accepted, and what was struck. */
export async function rage(world: World, { seconds, seed }: StormOptions) {
  const random = randomFrom(seed)
  const strikes: string[] = []
  const began = performance.now()
  const isOver = () => performance.now() - began > seconds * 1_000
  const since = () => ((performance.now() - began) / 1_000).toFixed(1)
  const accepted: string[] = []
  const asking = ask(world, randomFrom(seed + 1), isOver, id => accepted.push(id))
  const lasting: Promise<void>[] = []
  const note = (what: string) => strikes.push(`${since()} s ${what}`)
  let deck: (() => Promise<void>)[] = []
  while (!isOver()) {
    await delay(1_000 + random() * 3_000)
    if (deck.length === 0) deck = shuffled(faults(world, random, note, lasting), random)
    await deck.pop()?.()
  }
  await Promise.all(lasting)
  await asking
  await Promise.all([...world.gateways, ...world.workers].map(one => one.up()))
  return { accepted, strikes }
}

/** People ask ten things a second, of whichever gateway. */
async function ask(
  world: World,
  random: () => number,
  isOver: () => boolean,
  onAccepted: (operation: string) => void,
): Promise<void> {
  const asked: Promise<void>[] = []
  while (!isOver()) {
    await delay(50 + random() * 150)
    const gateway = pick(world.gateways, random)
    const namespace = pick(world.namespaces, random)
    const one = gateway
      .client()
      .then(client =>
        askAnything(client, namespace, names, random, AbortSignal.timeout(patienceMs)),
      )
      .then(id => {
        if (id !== null) onAccepted(id)
      })
      // A door that is not written down yet.
      .catch(() => undefined)
    asked.push(one)
  }
  await Promise.all(asked)
}

type Strike = () => Promise<void>

/** One of each kind. Those that last are healed by themselves, and waited for in the end. */
function faults(
  { gateways, workers, nats, restartPostgres }: World,
  random: () => number,
  note: (what: string) => void,
  lasting: Promise<void>[],
): Strike[] {
  const kill = (group: World['gateways']) => async () => {
    const member = pick(group, random)
    note(`${member.name} killed`)
    member.kill()
  }
  const pause = (group: World['gateways']) => async () => {
    const member = pick(group, random)
    const ms = 1_000 + random() * 14_000
    note(`${member.name} stopped for ${(ms / 1_000).toFixed(1)} s`)
    lasting.push(member.pause(ms))
  }
  const strikes: Strike[] = [kill(gateways), kill(workers), pause(gateways), pause(workers)]
  strikes.push(async () => {
    note('PostgreSQL restarted')
    await restartPostgres()
  })
  if (nats)
    strikes.push(async () => {
      const ms = 500 + random() * 5_000
      note(`NATS killed for ${(ms / 1_000).toFixed(1)} s`)
      await nats.kill()
      lasting.push(delay(ms).then(() => nats.start()))
    })
  return strikes
}

/** Once all has ended, everything agrees, NATS holds each event, and the events make the same read model again. */
export async function expectHealed(
  world: World,
  accepted: readonly string[],
  since: number,
): Promise<number> {
  const { database, admin, namespaces, nats } = world
  await allEnded(database, 240_000)
  await allTasksDone(database)
  // What happens from here on, such as a cluster that is called ready, may still be on its way.
  const due = await dueSince(database, since)
  if (nats) await allPublished(database)
  await world.settle()
  const published = nats && { held: (await nats.held()).map(one => one.id), due }
  return expectSound(database, admin, namespaces, { accepted, published })
}

/** Global position of the newest event there is. */
export async function newestPosition(database: Database): Promise<number> {
  const [row] = await database.query<{ newest: number }>(
    'select coalesce(max(global_position), 0)::int as newest from message_store.messages',
  )
  return row?.newest ?? 0
}

function dueSince(database: Database, position: number) {
  return database.query<{ id: string; title: string }>(
    `select id::text, concat(type, ' of ', stream_name, ' at ', time) as title
       from message_store.messages
      where global_position > $1 and message_store.category(stream_name) = any($2)
      order by global_position`,
    [position, told],
  )
}

async function allPublished(database: Database): Promise<void> {
  await until(async () => {
    const behind = await database.query(
      `select c.name, c.position from kade.cursor c
        where c.name like 'to.nats.%' and exists (select 1 from message_store.messages m
          where message_store.category(m.stream_name) = substr(c.name, 9)
            and m.global_position > c.position)`,
    )
    expect(behind).toEqual([])
  }, 90_000)
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map(item => ({ item, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(one => one.item)
}
