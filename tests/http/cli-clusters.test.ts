import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type GatewayGround,
  gatewayGround,
  type PlatformCall,
  recordingPlatform,
} from '#tests/support/gateway.ts'
import { typed } from '#tests/support/typed.ts'

let ground: GatewayGround
let home: string
let calls: PlatformCall[]

beforeAll(async () => {
  ground = await gatewayGround()
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  const recording = recordingPlatform({
    cordonCluster: () => undefined,
    listClusters: () => ({ items: [{ name: 'paris', deployments: 3 }], next: null }),
  })
  calls = recording.calls
  const { url } = await ground.start({ platform: recording.platform })
  await writeFile(join(home, 'connection.json'), JSON.stringify({ url, token: ground.token }))
})
afterAll(async () => {
  await ground?.stop()
  await rm(home, { recursive: true, force: true })
})

it('cordon says why, and how much stays, in the language of who asks', async () => {
  const line = 'clusters cordon paris --reason repairs'
  const { code, out } = await typed(line, home)
  expect(code).toBe(0)
  expect(out).toContain('What runs there stays: 3 deployments.')
  expect(calls[0]).toMatchObject({
    route: 'cordonCluster',
    call: { params: { cluster: 'paris' }, body: { reason: 'repairs' } },
  })
  const dutch = await typed(line, home, { env: { KADE_LANG: 'nl' } })
  expect(dutch.out).toContain('Wat er draait blijft: 3 uitrollen.')
})
