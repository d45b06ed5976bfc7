import { expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const since = '2026-11-28T12:00:00.000Z'
const said = (en: string, nl: string) => ({ en, nl })
const paris = {
  ...{ name: 'paris', region: 'fr-par', jurisdiction: 'FR', primary: false, simulated: false },
  ...{ state: 'unreachable', since, message: said('', ''), labels: {}, capacity: null },
  ...{ monitors: null, deployments: 3, cordon: null, scan: null },
  health: {
    ...{ state: 'unknown', since, reason: said('Both are silent.', 'Beide zwijgen.') },
    signals: { worker: { says: 'silent', at: since }, probe: { says: 'silent', at: null } },
  },
}
const reason = said('Kade may be cut off.', 'Kade is misschien afgesneden.')
const suspect = { since, silent: ['paris', 'warsaw'], reason }

const { kade, calls } = cliAtDoor({
  cordonCluster: () => undefined,
  listClusters: () => ({ items: [paris], next: null, hub: { suspect } }),
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

it('tells why a cluster is not well by both signals, and that Kade suspects itself', async () => {
  const { code, out } = await kade('clusters')
  expect(code).toBe(0)
  expect(out).toContain(`! Kade may be cut off. (${since})`)
  expect(out).toContain(`paris: unknown since ${since}. Both are silent.`)
  expect(out).toContain(
    `no worker reports on it (last reached ${since}); it does not answer others`,
  )
  const dutch = await kade('clusters', { env: { KADE_LANG: 'nl' } })
  expect(dutch.out).toContain(`paris: onbekend sinds ${since}. Beide zwijgen.`)
})
