import { expect, it } from 'vitest'
import { play } from '#tests/support/failover-faults.ts'

const seed = Number(process.env.KADE_SEED) || Date.now() % 2 ** 31

it('holds under ten thousand schedules of faults', { timeout: 300_000 }, () => {
  console.log(`The schedules are those of seed ${seed} (KADE_SEED=${seed} plays them again).`)
  // So many that the rules were tried and not only waited through.
  expect(play(10_000, seed)).toBeGreaterThan(500)
})
