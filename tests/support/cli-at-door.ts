import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Answers, type GatewayGround, gatewayGround, recordingPlatform } from './gateway.ts'
import { type Typed, typed } from './typed.ts'

/**
 * For the tests of one file: a real gateway over a platform that answers what a test lays ready in `answers`, and a home that
 * holds its address and a token. Before each test the answers are `usual` again, and the calls forgotten.
 */
export function cliAtDoor(usual: Answers = {}) {
  const recording = recordingPlatform(
    new Proxy({}, { get: (_, name) => Reflect.get(cli.answers, name) }),
  )
  const { calls } = recording
  const cli = {
    /** What the platform answers, by route. */
    answers: { ...usual },
    calls,
    home: '',
    url: '',
    // Set before the first test, as home and url are.
    door: undefined as unknown as GatewayGround,
    kade: (line: string, more: Typed = {}) => typed(line, cli.home, more),
    called: (route: string) => calls.find(call => call.route === route)?.call,
  }
  beforeAll(async () => {
    cli.door = await gatewayGround()
    cli.home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
    cli.url = (await cli.door.start({ platform: recording.platform })).url
    const connection = JSON.stringify({ url: cli.url, token: cli.door.token })
    await writeFile(join(cli.home, 'connection.json'), connection)
  })
  afterAll(async () => {
    await cli.door?.stop()
    if (cli.home) await rm(cli.home, { recursive: true, force: true })
  })
  beforeEach(() => {
    cli.answers = { ...usual }
    calls.length = 0
  })
  return cli
}
