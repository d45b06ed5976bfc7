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
const letter = {
  id,
  queue: 'on.roll-back-failed-update',
  handler: 'roll-back-failed-update',
  event: 'DeploymentFailed',
  subject: `deployment-${id}`,
  at: '2026-11-28T10:00:00.000Z',
  attempts: 11,
  error: 'it broke\u001b[2J\nin two lines',
}

let ground: GatewayGround
let home: string
let calls: PlatformCall[]

beforeAll(async () => {
  ground = await gatewayGround()
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  const recording = recordingPlatform({
    listDeadLetters: () => ({ items: [letter], next: 'further' }),
    replayDeadLetter: () => letter,
  })
  calls = recording.calls
  const { url } = await ground.start({ platform: recording.platform })
  await writeFile(join(home, 'connection.json'), JSON.stringify({ url, token: ground.token }))
})
afterAll(async () => {
  await ground?.stop()
  await rm(home, { recursive: true, force: true })
})

it('lists dead letters with handler, event and reason, on one line each', async () => {
  const { code, out } = await typed('dead-letters', home)
  expect(code).toBe(0)
  const [, row = '', more] = out.split('\n')
  expect(row).toMatch(
    /roll-back-failed-update\s+DeploymentFailed\s+deployment-1e4a.*\s11\s.*it broke.*in two lines/,
  )
  expect(out).not.toContain('\u001b')
  expect(more).toBe('There is more: kade dead-letters --cursor further')
  expect(JSON.parse((await typed('dead-letters -o json', home)).out).items).toEqual([letter])
})

it('has one tried again, or given up', async () => {
  expect((await typed(`dead-letters replay ${id}`, home)).code).toBe(0)
  expect((await typed(`dead-letters discard ${id}`, home)).code).toBe(0)
  for (const route of ['replayDeadLetter', 'discardDeadLetter'])
    expect(calls.find(call => call.route === route)?.call).toMatchObject({ params: { id } })
})
