import { expect, it } from 'vitest'
import { play } from '#tests/support/failover-faults.ts'

const seed = Number(process.env.KADE_SEED) || Date.now() % 2 ** 31

it('failover holds under a million schedules of faults', { timeout: 7_200_000 }, () => {
  console.log(`The schedules are those of seed ${seed} (KADE_SEED=${seed} plays them again).`)
  expect(play(1_000_000, seed)).toBeGreaterThan(50_000)
})
