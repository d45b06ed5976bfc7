import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminOf, databaseOf, preparedNamespace } from '#tests/support/deployments.ts'
import { allEnded, expectSound } from '#tests/support/invariants.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { kill, killEverything, randomFrom } from '#tests/support/killed.ts'
import { askAnything } from '#tests/support/traffic.ts'

let kade: RunningKade
const namespace = 'storm'
const names = ['one', 'two', 'three', 'four', 'five']

beforeAll(async () => {
  kade = await startKade()
  await preparedNamespace(kade, namespace)
})

afterAll(async () => {
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

async function invariants(): Promise<number> {
  const database = await databaseOf(kade.home)
  const admin = await adminOf(kade.home)
  try {
    await allEnded(database)
    return await expectSound(database, admin, [namespace])
  } finally {
    await admin.close()
    await database.close()
  }
}

describe('after a SIGKILL in the middle of many operations, the next start ends each of them once', () => {
  const turns = [
    { killed: 'Kade', seed: 11, afterMs: 120 },
    { killed: 'Kade', seed: 37, afterMs: 900 },
    { killed: 'everything', seed: 41, afterMs: 300 },
  ]

  it.each(turns)(
    '$killed killed $afterMs ms after the first was accepted (seed $seed)',
    async turn => {
      const random = randomFrom(turn.seed)
      const asked = Array.from({ length: 8 }, () =>
        askAnything(kade.client, namespace, names, random),
      )
      await Promise.any(asked.map(one => one.then(accepted => accepted || Promise.reject())))
      await delay(turn.afterMs)
      await (turn.killed === 'Kade' ? kill(kade.process) : killEverything(kade))
      await Promise.all(asked)
      kade = await startKade({ home: kade.home })
      expect(await invariants()).toBeGreaterThan(0)
    },
  )
})
