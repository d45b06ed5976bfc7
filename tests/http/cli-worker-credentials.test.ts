import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
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
const token = `kade_worker_${'x'.repeat(43)}`
const made = {
  id: '11111111-1111-4111-8111-111111111111',
  name: 'paris',
  clusters: ['paris'],
  state: 'active',
  createdAt: '2026-11-28T10:00:00.000Z',
  createdBy: 'ada',
  expiresAt: '2027-11-28T10:00:00.000Z',
  usedAt: null,
  usedBy: null,
  revokedAt: null,
}

const ofMilan = '22222222-2222-4222-8222-222222222222'

beforeAll(async () => {
  ground = await gatewayGround()
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  const recording = recordingPlatform({
    createWorkerCredential: () => ({ ...made, token }),
    listWorkerCredentials: ({ query }: { query?: { cursor?: string } }) =>
      query?.cursor === 'older'
        ? { items: [{ ...made, name: 'milan', id: ofMilan }], next: null }
        : { items: [made, { ...made, name: 'milan', state: 'revoked' }], next: 'older' },
    revokeWorkerCredential: () => undefined,
  })
  calls = recording.calls
  const { url } = await ground.start({ platform: recording.platform })
  await writeFile(join(home, 'connection.json'), JSON.stringify({ url, token: ground.token }))
})
afterAll(async () => {
  await ground?.stop()
  await rm(home, { recursive: true, force: true })
})
beforeEach(() => calls.splice(0))

it('create prints the token once, with the line that uses it', async () => {
  const line = 'worker-credentials create paris --region fr-par --jurisdiction FR --days 30'
  const { code, out } = await typed(line, home)
  expect(code).toBe(0)
  expect(out).toContain(token)
  expect(out).toContain('kade worker --clusters paris --gateway <url> --token-file <file>')
  const place = { name: 'paris', region: 'fr-par', jurisdiction: 'FR' }
  expect(calls[0]?.call).toMatchObject({
    body: { name: 'paris', clusters: [place], expiresInDays: 30 },
  })
  const dutch = await typed('worker-credentials create paris', home, { env: { KADE_LANG: 'nl' } })
  expect(dutch.out).toContain('Hij wordt niet nog eens getoond')
})

it('create writes the token to a file for its owner alone, and shows it nowhere', async () => {
  const file = join(home, 'paris.token')
  const { code, out } = await typed(`worker-credentials create paris --token-file ${file}`, home)
  expect(code).toBe(0)
  expect(out).not.toContain(token)
  expect(await readFile(file, 'utf8')).toBe(`${token}\n`)
  expect((await stat(file)).mode & 0o077).toBe(0)
  calls.splice(0)
  const again = await typed(`worker-credentials create paris --token-file ${file}`, home)
  expect(again.code).toBe(2)
  expect(again.err).toContain('is not there yet')
  expect(calls).toEqual([])
})

it('create takes a place for one cluster only, and a place that there is', async () => {
  const two = await typed('worker-credentials create paris warsaw --jurisdiction FR', home)
  expect(two.code).toBe(2)
  const unknown = await typed('worker-credentials create paris --jurisdiction UK', home)
  expect(unknown.code).not.toBe(0)
  expect(unknown.err).toContain('/clusters/0/jurisdiction')
  const file = join(home, 'refused.token')
  const line = `worker-credentials create paris --jurisdiction UK --token-file ${file}`
  expect((await typed(line, home)).code).not.toBe(0)
  await expect(stat(file)).rejects.toThrow('ENOENT')
  expect(calls).toEqual([])
})

it('lists them, and revokes one by its name', async () => {
  const list = await typed('worker-credentials', home)
  expect(list.out).toMatch(/paris +paris +active +2027-11-28 +– +11111111/)
  const dutch = await typed('worker-credentials', home, { env: { KADE_LANG: 'nl' } })
  expect(dutch.out).toMatch(/NAAM +CLUSTERS +TOESTAND +VERLOOPT/)
  expect(dutch.out).toContain('geldig')
  expect((await typed('worker-credentials revoke paris', home)).code).toBe(0)
  expect(calls.at(-1)).toMatchObject({
    route: 'revokeWorkerCredential',
    call: { params: { credential: made.id } },
  })
  expect((await typed('worker-credentials revoke lyon', home)).code).toBe(2)
})

it('revokes one that is on no first page, by its name and by its id', async () => {
  expect((await typed('worker-credentials revoke milan', home)).code).toBe(0)
  expect(calls.at(-1)?.call).toMatchObject({ params: { credential: ofMilan } })
  const unlisted = '33333333-3333-4333-8333-333333333333'
  expect((await typed(`worker-credentials revoke ${unlisted}`, home)).code).toBe(0)
  expect(calls.at(-1)?.call).toMatchObject({ params: { credential: unlisted } })
})

it('worker takes an https gateway with a token of its own, and says what is wrong before it starts', async () => {
  const file = join(home, 'no.token')
  await writeFile(file, 'not a token')
  const wrong: [string, number, string][] = [
    [`worker --token-file ${file}`, 2, 'for a worker with --gateway'],
    ['worker --gateway https://kade.example.nl', 2, 'give --token-file'],
    [`worker --gateway http://kade.example.nl --token-file ${file}`, 2, 'for this machine alone'],
    [`worker --gateway https://kade.example.nl --token-file ${file}`, 2, 'no token of a worker'],
    [`worker --gateway https://kade.example.nl --token-file ${file}x`, 2, 'cannot be read'],
  ]
  for (const [line, code, said] of wrong) {
    const { code: exit, err } = await typed(line, home)
    expect(err).toContain(said)
    expect(exit).toBe(code)
  }
  const dutch = await typed(`worker --token-file ${file}`, home, { env: { KADE_LANG: 'nl' } })
  expect(dutch.err).toContain('zijn voor een worker met --gateway')
})
