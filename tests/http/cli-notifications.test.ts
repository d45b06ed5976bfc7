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

const id = '1e4a0000-0000-4000-8000-000000000000'
const notification = {
  id,
  kind: 'failed',
  text: { en: 'It failed\u001b[2J.', nl: 'Het mislukte.' },
  at: '2026-11-28T10:00:00.000Z',
  read: false,
}

let ground: GatewayGround
let home: string
let calls: PlatformCall[]

beforeAll(async () => {
  ground = await gatewayGround()
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  const recording = recordingPlatform({
    listNotifications: () => ({ items: [notification], next: null, unread: 1 }),
  })
  calls = recording.calls
  const { url } = await ground.start({ platform: recording.platform })
  await writeFile(join(home, 'connection.json'), JSON.stringify({ url, token: ground.token }))
})
afterAll(async () => {
  await ground?.stop()
  await rm(home, { recursive: true, force: true })
})

it('lists what is unread, in the language of the terminal', async () => {
  const { out } = await typed('notifications --unread', home)
  expect(out).toMatch(/no\s+It failed/)
  expect(out).not.toContain('\u001b')
  expect(calls.at(-1)).toMatchObject({
    route: 'listNotifications',
    call: { query: { unread: true } },
  })
  const dutch = await typed('notifications', home, { env: { LANG: 'nl_NL.UTF-8' } })
  expect(dutch.out).toContain('Het mislukte.')
})

it('marks one as read, or all, and nothing that was not said', async () => {
  expect((await typed(`notifications read ${id}`, home)).code).toBe(0)
  expect(calls.at(-1)).toMatchObject({
    route: 'readNotification',
    call: { params: { notification: id } },
  })
  expect((await typed('notifications read --all', home)).code).toBe(0)
  expect(calls.at(-1)).toMatchObject({ route: 'readAllNotifications' })
  expect((await typed('notifications read', home)).code).toBe(2)
})
