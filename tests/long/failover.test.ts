import { expect, it } from 'vitest'
import { playBatches } from '#tests/support/failover-batches.ts'

const seed = Number(process.env.KADE_SEED) || Date.now() % 2 ** 31

it('failover holds under a million schedules of faults', { timeout: 3_600_000 }, async () => {
  console.log(
    `The schedules are those of 40 seeds from ${seed} on (KADE_SEED=${seed} plays them again).`,
  )
  expect(await playBatches(40, seed)).toBeGreaterThan(50_000)
})
