import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completionScripts } from '#cli/completion-scripts.ts'
import { run } from '#cli/program.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'

const execute = promisify(execFile)
const launcher = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

let ground: GatewayGround
let folder: string
let environment: NodeJS.ProcessEnv

/** A real gateway, and a `kade` on the path as a shell finds it. */
beforeAll(async () => {
  ground = await gatewayGround()
  const text = { en: 'Vector\ndatabase', nl: 'Vectordatabase' }
  const chats = ['chat', 'chores', 'vectors'].map(name => ({
    namespace: 'team-a',
    name,
    app: 'qdrant',
    health: { state: 'healthy' },
  }))
  const { platform } = recordingPlatform({
    listApps: () => ({ items: [{ id: 'qdrant', description: text }], next: null }),
    listDeployments: ({ query }: { query: { q?: string } }) => ({
      items: chats.filter(one => `team-a/${one.name}`.includes(query.q ?? '')),
      next: null,
    }),
    listNamespaces: () => ({
      items: [{ name: 'team-a', team: 'platform', environment: 'dev' }],
      next: null,
    }),
    listClusters: () => ({ items: [{ name: 'amsterdam', region: 'nl' }], next: null }),
  })
  const { url } = await ground.start({ platform })
  folder = await mkdtemp(join(tmpdir(), 'kade-completion-'))
  await writeFile(
    join(folder, 'kade'),
    `#!/bin/sh\nexec "${process.execPath}" "${launcher}" "$@"\n`,
  )
  await chmod(join(folder, 'kade'), 0o755)
  environment = {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    KADE_LANG: 'en',
    KADE_URL: url,
    KADE_TOKEN: ground.token,
  }
})
afterAll(async () => {
  await ground?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function said(file: string, args: string[]): Promise<string[]> {
  const { stdout } = await execute(file, args, { env: environment })
  return stdout.split('\n').filter(line => line !== '')
}

/** What the shell would offer for the last of these words. */
type Shell = (words: readonly string[]) => Promise<string[]>

const quoted = (words: readonly string[]) => words.map(word => `'${word}'`).join(' ')
const scriptOf = (shell: keyof typeof completionScripts) => completionScripts[shell]

const bash: Shell = async words => {
  const script = `${scriptOf('bash')}
    [[ $(complete -p kade) == *"-F _kade kade" ]] || exit 9
    COMP_WORDS=(kade ${quoted(words)}); COMP_CWORD=${words.length}
    _kade kade; printf '%s\\n' "\${COMPREPLY[@]}"`
  return said('bash', ['--norc', '--noprofile', '-c', script])
}

const zsh: Shell = async words => {
  const script = `compdef() {}; _describe() { print -rl -- "\${(@P)2}" }; _files() {}
    ${scriptOf('zsh')}
    words=(kade ${quoted(words)}); CURRENT=${words.length + 1}; _kade`
  const lines = await said('zsh', ['-f', '-c', script])
  return lines.map(line => line.split(':')[0] ?? '')
}

const fish: Shell = async words => {
  const script = `${scriptOf('fish')}\ncomplete -C 'kade ${words.join(' ')}'`
  const lines = await said('fish', ['--no-config', '-c', script])
  return lines.map(line => line.split('\t')[0] ?? '')
}

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'exit 0'])
    return true
  } catch {
    return false
  }
}

const shells = Object.entries({ bash, zsh, fish })
for (const [name, complete] of shells)
  it.skipIf(!isInstalled(name))(`${name} completes commands, flags and names`, async () => {
    expect(await complete(['del'])).toEqual(['delete'])
    expect(await complete(['deploy', '--dry'])).toEqual(['--dry-run'])
    expect(await complete(['deploy', ''])).toEqual(['qdrant'])
    expect(await complete(['logs', '-f', 'team-a/ch'])).toEqual(['team-a/chat', 'team-a/chores'])
    expect(await complete(['status', 'team-b/'])).toEqual([])
  })

describe('kade __complete', () => {
  async function complete(words: string[], env: NodeJS.ProcessEnv = {}) {
    const lines: string[] = []
    const terminal = {
      out: (line: string) => lines.push(line),
      err: (line: string) => lines.push(`complaint: ${line}`),
      env: { ...environment, ...env },
      interactive: false,
      readStdin: async () => '',
      ask: async () => '',
    }
    expect(await run(['__complete', '--', ...words], terminal, '0.0.0')).toBe(0)
    return lines
  }

  it('names what Kade knows, and says what it is on one line', async () => {
    expect(await complete(['deploy', 'q'])).toEqual(['qdrant\tVector database'])
    expect(await complete(['status', 'team-a/v'])).toEqual(['team-a/vectors\tqdrant, healthy'])
    expect(await complete(['list', '-n', ''])).toEqual(['team-a\tplatform, dev'])
    expect(await complete(['list', '--cluster=am'])).toEqual(['--cluster=amsterdam\tnl'])
  })

  it('leaves file names to the shell', async () => {
    expect(await complete(['deploy', 'qdrant', '--values', 'x'])).toEqual([':files'])
  })

  it('says nothing, soon, when Kade is away, silent, or does not know who asks', async () => {
    const mute = createServer().listen(0, '127.0.0.1')
    await once(mute, 'listening')
    // A server that listens on TCP has an address of this form.
    const { port } = mute.address() as AddressInfo
    const began = Date.now()
    try {
      for (const KADE_URL of ['http://127.0.0.1:1', `http://127.0.0.1:${port}`])
        expect(await complete(['status', ''], { KADE_URL })).toEqual([])
      expect(await complete(['status', ''], { KADE_TOKEN: 'x'.repeat(43) })).toEqual([])
      const nowhere = { KADE_URL: '', KADE_TOKEN: '', KADE_HOME: folder }
      expect(await complete(['status', ''], nowhere)).toEqual([])
    } finally {
      mute.close()
    }
    expect(Date.now() - began).toBeLessThan(10_000)
  })
})
