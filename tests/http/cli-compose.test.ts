import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run } from '#cli/program.ts'
import { type GatewayGround, gatewayGround } from '#tests/support/gateway.ts'
import {
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let door: GatewayGround
let url: string
let folder: string
let file: string
let namespace: string

beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  door = await gatewayGround()
  url = (await door.start({ platform: ground.platform })).url
  folder = await mkdtemp(join(tmpdir(), 'kade-compose-'))
  file = join(folder, 'assistant.yaml')
})
afterAll(async () => {
  await door?.stop()
  await ground?.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  namespace = freshName()
  await ground.namespace(namespace, 'platform')
})

async function kade(...words: string[]) {
  const out: string[] = []
  const err: string[] = []
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    env: { KADE_URL: url, KADE_TOKEN: door.token, LANG: 'en' },
    interactive: false,
    readStdin: async () => '',
    ask: async () => '',
  }
  const code = await run(['compose', ...words], terminal, '0.0.0')
  return { code, out: out.join('\n'), err: err.join('\n') }
}

async function write(...members: string[]): Promise<void> {
  const head = [`namespace: ${namespace}`, 'name: assistant', 'members:']
  await writeFile(file, [...head, ...members.map(one => `  - ${one}`)].join('\n'))
}

const models = '{ name: models, app: ollama }'
const chat = '{ name: chat, app: open-webui }'

/** Does what workers and their clusters would, until every operation of the namespace has ended. */
async function work(): Promise<void> {
  const open = async () =>
    ground.context.database.query<{
      id: string
      deployment: string
      name: string
      revision: number
    }>(
      'select id, deployment, name, revision from kade.operation where namespace = $1 and ended_at is null',
      [namespace],
    )
  await expect.poll(async () => (await open()).length, { timeout: 60_000 }).toBeGreaterThan(0)
  for (let left = await open(); left.length > 0; left = await open())
    for (const one of left) {
      const order = await ground.hub.start(one.id, 'amsterdam', 'w1')
      if (order?.step.type === 'remove') await ground.hub.removed(order.claim)
      if (order?.step.type === 'settle') await ground.hub.settled(order.claim)
      if (order?.step.type !== 'apply') continue
      await ground.hub.applied(order.claim)
      await ground.hub.observed([seen({ ...one, namespace }, { revision: one.revision })])
    }
}

describe('kade compose', () => {
  it('deploys a file, follows every member to its end, and asks nothing the second time', async () => {
    await write(chat, models)
    const [asked] = await Promise.all([kade('up', file, '--wait', '--timeout', '60s'), work()])
    expect(asked.out).toBe(
      `create ${namespace}/models: succeeded\ncreate ${namespace}/chat: succeeded`,
    )
    expect(asked.code).toBe(0)
    expect(await kade('up', file)).toMatchObject({
      code: 0,
      out: `Nothing is to be done for ${namespace}/assistant.`,
    })
  })

  it('shows the members in order, and what waits', async () => {
    await write(chat, models)
    const { code, out } = await kade('up', file)
    expect(code).toBe(0)
    expect(out).toContain(`Follow it with: kade compose status ${namespace}/assistant`)
    const [operation] = await ground.context.database.query<{ id: string }>(
      `select id from kade.operation where namespace = $1 and name = 'chat'`,
      [namespace],
    )
    await ground.hub.start(operation?.id ?? '', 'amsterdam', 'w1')
    const status = await kade('status', file)
    expect(status.out.split('\n').map(line => line.replace(/ {2,}/g, ' | '))).toEqual([
      `${namespace}/assistant: changing, dev`,
      'MEMBER | APP | HEALTH | LAST OPERATION | USES | AGE',
      expect.stringMatching(/^models \| ollama \| missing \(simulated\) \| create queued/),
      expect.stringMatching(
        /^chat \| open-webui \| missing \(simulated\) \| create blocked \| models/,
      ),
      `chat: Waits for ${namespace}/models (openai-api) to be ready: it is still being deployed.`,
    ])
    expect(
      JSON.parse((await kade('status', `${namespace}/assistant`, '-o', 'json')).out),
    ).toMatchObject({
      size: 2,
      state: 'changing',
    })
  })

  it('previews all members at once, by place, with the exit code of a refusal', async () => {
    await write(
      chat,
      '{ name: models, app: ollama, settings: { nonsense: 1 } }',
      '{ name: x, app: y }',
    )
    const { code, out } = await kade('preview', file)
    expect(code).toBe(3)
    expect(out).toContain('✗ /members/1/settings/nonsense')
    expect(out).toContain('✗ /members/2/app')
    await write(chat, models)
    expect(await kade('preview', file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing stands in the way.'),
    })
    expect(await kade('status', file)).toMatchObject({ code: 4 })
  })

  it('deletes in reverse order', async () => {
    await write(chat, models)
    await Promise.all([kade('up', file, '--wait', '--timeout', '60s'), work()])
    const words = ['delete', file, '--yes', '--wait', '--timeout', '60s']
    const [{ code, out }] = await Promise.all([kade(...words), work()])
    expect(out).toBe(`delete ${namespace}/chat: succeeded\ndelete ${namespace}/models: succeeded`)
    expect(code).toBe(0)
  })

  it('takes secrets from files, and none that is written down', async () => {
    await write(models, '{ name: gateway, app: litellm, secrets: { upstreamKey: canary } }')
    const plain = await kade('up', file)
    expect(plain).toMatchObject({ code: 2, err: expect.stringContaining('--secret gateway.') })
    expect(plain.err).not.toContain('canary')
    await write(models)
    const secret = join(folder, 'secret')
    await writeFile(secret, 'canary\n')
    expect(await kade('up', file, '--secret', `nobody.key=@${secret}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('nobody.key'),
    })
    const refused = await kade('up', file, '--secret', `models.key=@${secret}`)
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining('/members/0/secrets/key'),
    })
    expect(refused.err).not.toContain('canary')
  })

  it.each([
    ['no YAML', 'members: [', 'is no YAML'],
    ['no composition', 'name: x', 'is no composition'],
    [
      'a field that nobody knows',
      'namespace: a\nname: b\nmembers: [{ name: c, app: d, colour: red }]',
      'colour',
    ],
  ])('says what is wrong with a file that holds %s', async (_, text, said) => {
    await writeFile(file, text)
    expect(await kade('up', file)).toMatchObject({ code: 2, err: expect.stringContaining(said) })
  })
})
