import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '#cli/program.ts'

/** Long, because it needs the real nix, which not every machine has: `apt-get install nix-bin`. */
const greeter = fileURLToPath(new URL('../support/greeter-flake', import.meta.url))
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kade-import-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function kade(...argv: string[]) {
  const lines: string[] = []
  const errors: string[] = []
  const terminal = {
    out: (line: string) => lines.push(line),
    err: (line: string) => errors.push(line),
    env: process.env,
    interactive: false,
    readStdin: async () => '',
    ask: async () => '',
  }
  const code = await run(argv, terminal, '0.0.0')
  return { code, out: lines.join('\n'), err: errors.join('\n') }
}

async function flakeOf(name: string, outputs: string): Promise<string> {
  const folder = join(home, name)
  await mkdir(folder)
  await writeFile(join(folder, 'flake.nix'), `{ outputs = { self }: ${outputs}; }\n`)
  return folder
}

it('a flake becomes a module that follows the arguments as the flake does', async () => {
  const into = join(home, 'greeter')
  const answer = await kade('import', 'nix', greeter, '--into', into, '-o', 'json')
  expect(answer.err).toBe('')
  const { apps, notes, proofs, lost } = JSON.parse(answer.out)
  expect(lost).toEqual([])
  expect(proofs).toEqual([{ app: 'greeter', differences: [], open: [] }])
  expect(apps[0].objects.map((each: { object: string }) => each.object)).toEqual([
    'Deployment/greeter',
    'Service/greeter',
    'Ingress/greeter',
    'ServiceAccount/greeter',
  ])
  const follows = 'the module follows it as the flake does'
  expect(notes).toEqual([
    ...['namespace', 'replicas', 'env', 'ingress', 'resources'].map(each => `${each}: ${follows}`),
    ...['image', 'imagePullPolicy'].map(each => expect.stringContaining(`${each}: of the module`)),
  ])
  expect(answer.code).toBe(0)
  const source = await readFile(join(into, 'greeter', 'greeter.ts'), 'utf8')
  expect(source).toContain("export const dependencies = ['postgres', 'mailer']")
  expect(source).toContain("healthEndpoints: ['/health']")
  expect(await readFile(join(into, 'residue.yaml'), 'utf8')).toContain('kind: Namespace')
})

it('tells where a flake makes something else of an argument than a module', async () => {
  const text = await readFile(join(greeter, 'flake.nix'), 'utf8')
  const folder = join(home, 'other')
  await mkdir(folder)
  const changed = text.replace('"sleep" "3"', '"sleep" (toString replicas)')
  await writeFile(join(folder, 'flake.nix'), changed)
  const answer = await kade('import', 'nix', folder, '--into', join(home, 'other-module'))
  expect(answer.out).toContain('replicas: the flake makes something else of it')
  expect(answer.out).toContain('env: the module follows it')
  expect(answer.code).toBe(0)
})

it('says what is wrong with a flake, and lets it reach nothing', async () => {
  const into = join(home, 'nothing')
  const none = await flakeOf('none', '{ lib.greet = 1; }')
  const answer = await kade('import', 'nix', none, '--into', into)
  expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('has not the contract') })
  expect(answer.err).toContain("'mkDeployment' missing")
  const file = 'builtins.readFile "/etc/hostname"'
  const impure = await flakeOf('impure', `{ lib.mkDeployment = { ... }: { x = ${file}; }; }`)
  expect((await kade('import', 'nix', impure, '--into', into)).err).toMatch(/forbidden in pure/)
  const url = 'builtins.fetchurl "https://flake.invalid/x"'
  const network = await flakeOf('network', `{ lib.mkDeployment = { ... }: { x = ${url}; }; }`)
  expect((await kade('import', 'nix', network, '--into', into)).code).toBe(2)
})
