import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { natsBinary } from '#tests/support/nats-server.ts'
import { readModel } from './snapshot.ts'
import { deployFirst, expectHealed, newestPosition, rage } from './storm.ts'
import { openWorld, type World } from './world.ts'

/** `KADE_SEED` plays one storm again. */
const seed = Number(process.env.KADE_SEED ?? Math.floor(Math.random() * 1_000_000))

/** Seconds that a busy machine may take to end what was asked, with deadlines of minutes. */
const healing = 540

/** Declares the test of so many seconds of faults under load. */
export function faultsTest(seconds: number): void {
  describe(`${seconds} s in which everything goes down, again and again (KADE_SEED=${seed})`, () => {
    let world: World
    let begun: number

    beforeAll(async () => {
      world = await openWorld(['storm', 'swell'])
      begun = await newestPosition(world.database)
      await deployFirst(world)
    })

    afterAll(() => world?.stop())

    it(
      `lose, double and leave nothing${natsBinary ? '' : ' (without NATS: no nats-server here)'}`,
      async () => {
        const { accepted, strikes } = await rage(world, { seconds, seed })
        console.log(`KADE_SEED=${seed}; ${accepted.length} accepted\n${strikes.join('\n')}`)
        const operations = await expectHealed(world, accepted, begun).catch(error => {
          for (const one of [...world.gateways, ...world.workers])
            console.log(`${one.name} said last:\n${one.said()}`)
          throw error
        })
        console.log(`${operations} operations, each ended once`)
        // Who asked may have lost its answer; what was asked for is counted.
        expect(operations).toBeGreaterThan(seconds / 4)
      },
      (seconds + healing) * 1_000,
    )

    it('and the read model, made again from the events, has the same rows', async () => {
      const before = await readModel(world.database)
      await rebuildDeployments(world.database)
      expect(await readModel(world.database)).toEqual(before)
    })
  })
}
