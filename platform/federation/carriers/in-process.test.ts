import { expect, it } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { createInProcessAgent } from './in-process.ts'

const logs = { type: 'logs', namespace: 'team-a', name: 'chat', lines: 1 } as const

/** Questions and answers need neither database nor queue. */
function agent() {
  const nothing = {} as unknown as Database
  return createInProcessAgent({ database: nothing, queue: { serve: async () => async () => {} } })
}

it('asks a cluster sixteen things at a time, and drops those nobody waits for any more', async () => {
  const { ask, answer } = agent()
  const open: (() => void)[] = []
  let asked = 0
  await answer(['amsterdam'], async () => {
    asked += 1
    await new Promise<void>(resolve => open.push(resolve))
  })
  const answers = Array.from({ length: 40 }, () => ask('amsterdam', logs, 50))
  const settled = await Promise.allSettled(answers)
  expect(asked).toBe(16)
  for (const one of settled)
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'cluster-unreachable' } })
  for (const resolve of open) resolve()
  await expect(ask('amsterdam', logs, 50)).rejects.toMatchObject({ code: 'cluster-unreachable' })
  expect(asked).toBe(17)
  for (const resolve of open) resolve()
})

it('answers for one cluster while another hangs', async () => {
  const { ask, answer } = agent()
  const never = Promise.withResolvers<void>()
  await answer(['amsterdam'], () => never.promise)
  await answer(['paris'], async () => ({ items: [], simulated: true, truncated: false }))
  const hanging = Array.from({ length: 20 }, () => ask('amsterdam', logs, 200).catch(() => 'late'))
  expect(await ask('paris', logs, 5_000)).toMatchObject({ simulated: true })
  expect(await Promise.all(hanging)).toEqual(hanging.map(() => 'late'))
  never.resolve()
})

it('goes on asking a worker when another one of its cluster leaves', async () => {
  const { ask, answer } = agent()
  const says = (simulated: boolean) => async () => ({ items: [], simulated, truncated: false })
  await answer(['paris'], says(true))
  const leave = await answer(['paris'], says(false))
  expect(await ask('paris', logs, 5_000)).toMatchObject({ simulated: false })
  await leave()
  expect(await ask('paris', logs, 5_000)).toMatchObject({ simulated: true })
})

it('says at once that no worker serves a cluster', async () => {
  await expect(agent().ask('warsaw', logs, 60_000)).rejects.toMatchObject({
    code: 'cluster-unreachable',
  })
})
