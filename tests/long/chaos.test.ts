import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { adminOf, databaseOf, preparedNamespace } from '#tests/support/deployments.ts'
import { allEnded, expectSound } from '#tests/support/invariants.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { kill, killEverything, randomFrom } from '#tests/support/killed.ts'
import { askAnything } from '#tests/support/traffic.ts'

/** Set to one number to play one round again. */
const given = process.env.KADE_CHAOS_ROUND
const rounds = Number(process.env.KADE_CHAOS_ROUNDS ?? 40)
const seeds = given ? [Number(given)] : Array.from({ length: rounds }, (_, index) => index + 1)
const namespaces = ['storm', 'swell']
const names = ['one', 'two', 'three', 'four', 'five', 'six']

let kade: RunningKade

beforeAll(async () => {
  kade = await startKade()
  for (const namespace of namespaces) await preparedNamespace(kade, namespace)
})

afterAll(async () => {
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

/** A dozen wishes at chance moments, and in the middle of them the kill. */
async function storm(random: () => number, strike: () => Promise<void>): Promise<void> {
  const wishes = Array.from({ length: 14 }, async (_, index) => {
    await delay(random() * 1_200)
    await askAnything(kade.client, namespaces[index % 2] ?? '', names, random)
  })
  await delay(100 + random() * 1_500)
  await strike()
  await Promise.all(wishes)
}

async function invariants(): Promise<number> {
  const database = await databaseOf(kade.home)
  const admin = await adminOf(kade.home)
  try {
    // Long before any deadline: who waits for that one was forgotten.
    await allEnded(database, 90_000)
    const operations = await expectSound(database, admin, namespaces)
    const view = 'select to_jsonb(o) as row from kade.operation o order by id'
    const before = await database.query(view)
    await rebuildDeployments(database)
    expect(await database.query(view)).toEqual(before)
    return operations
  } finally {
    await admin.close()
    await database.close()
  }
}

describe('whatever is killed, whenever, each operation ends once and no object is left over', () => {
  it.each(seeds)('round %i', async seed => {
    const random = randomFrom(seed)
    const everything = random() < 0.5
    await storm(random, () => (everything ? killEverything(kade) : kill(kade.process)))
    kade = await startKade({ home: kade.home })
    await invariants()
  })

  it('and kills did land in the middle of operations', async () => {
    const database = await databaseOf(kade.home)
    const [row] = await database.query<{ again: number }>(
      'select count(*)::int as again from kade.operation where attempt > 1',
    )
    await database.close()
    expect(row?.again).toBeGreaterThan(0)
  })
})
