import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { inLanes } from '#tests/support/lanes.ts'

let kade: RunningKade

beforeAll(async () => {
  kade = await startKade()
})

afterAll(async () => {
  await kade.stop()
  await removeHome(kade.home)
})

function ended(id: string) {
  return vi.waitFor(
    async () => {
      const operation = await kade.client.readOperation({ params: { operation: id } })
      expect(operation.endedAt).toBeDefined()
      return operation
    },
    { timeout: 60_000, interval: 100 },
  )
}

it('deploys into a namespace that was asked for a moment before', async () => {
  const numbers = Array.from({ length: 10 }, (_, n) => n)
  const operations: string[] = []
  await inLanes(numbers, 5, async n => {
    const namespace = `team-${n}`
    await kade.client.createNamespace({ body: { name: namespace } })
    const { id } = await kade.client.createDeployment({
      body: { app: 'qdrant', namespace, name: 'vectors' },
    })
    operations.push(id)
  })
  const states = await Promise.all(operations.map(async id => (await ended(id)).state))
  expect(states).toEqual(numbers.map(() => 'succeeded'))
})
