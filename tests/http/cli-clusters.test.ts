import { expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const { kade, calls } = cliAtDoor({
  cordonCluster: () => undefined,
  listClusters: () => ({ items: [{ name: 'paris', deployments: 3 }], next: null }),
})

it('cordon says why, and how much stays, in the language of who asks', async () => {
  const line = 'clusters cordon paris --reason repairs'
  const { code, out } = await kade(line)
  expect(code).toBe(0)
  expect(out).toContain('What runs there stays: 3 deployments.')
  expect(calls[0]).toMatchObject({
    route: 'cordonCluster',
    call: { params: { cluster: 'paris' }, body: { reason: 'repairs' } },
  })
  const dutch = await kade(line, { env: { KADE_LANG: 'nl' } })
  expect(dutch.out).toContain('Wat er draait blijft: 3 uitrollen.')
})
