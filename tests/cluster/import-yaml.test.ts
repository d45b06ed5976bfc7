import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '#cli/program.ts'
import { startTestCluster, type TestCluster } from '#tests/support/control-plane.ts'

const shop = fileURLToPath(new URL('../support/webshop.yaml', import.meta.url))
let cluster: TestCluster
let home: string

beforeAll(async () => {
  cluster = await startTestCluster('import')
  home = await mkdtemp(join(tmpdir(), 'kade-import-'))
})
afterAll(async () => {
  await cluster?.stop()
  if (home) await rm(home, { recursive: true, force: true })
})

async function kade(...argv: string[]) {
  const lines: string[] = []
  const errors: string[] = []
  const terminal = {
    out: (line: string) => lines.push(line),
    err: (line: string) => errors.push(line),
    env: {},
    interactive: false,
    readStdin: async () => '',
    ask: async () => '',
  }
  const code = await run(argv, terminal, '0.0.0')
  return { code, out: lines.join('\n'), err: errors.join('\n') }
}

it('a real API server makes the same of what came in and of what the modules render', async () => {
  const into = join(home, 'shop')
  const { kubeconfigPath } = cluster
  const answer = await kade(
    'import',
    'yaml',
    shop,
    '--into',
    into,
    '--kubeconfig',
    kubeconfigPath,
    '-o',
    'json',
  )
  expect(answer.err).toBe('')
  const { proofs, lost, way } = JSON.parse(answer.out)
  expect(lost).toEqual([])
  expect(proofs.flatMap((each: { differences: string[] }) => each.differences)).toEqual([])
  expect(proofs).toHaveLength(6)
  expect(way).toBe('by a dry run on the cluster')
  expect(answer.code).toBe(0)
  expect(await readFile(join(into, 'report.md'), 'utf8')).toContain(
    'web renders what came in, by a dry run',
  )
  const residue = await readFile(join(into, 'residue.yaml'), 'utf8')
  expect(residue).toContain('kind: ServiceMonitor')
  expect(residue).toContain('# Deployment/files/spec/template/spec/hostNetwork: true')
  expect(residue).not.toContain('correct-horse')
})

it('tells what the server does not take of what came in', async () => {
  const file = join(home, 'typo.yaml')
  const text = await readFile(shop, 'utf8')
  await writeFile(
    file,
    text.replace('minReadySeconds: 5', 'minReadySeconds: 5\n  minReadySecond: 5'),
  )
  const answer = await kade(
    'import',
    'yaml',
    file,
    '--into',
    join(home, 'typo'),
    '--kubeconfig',
    cluster.kubeconfigPath,
  )
  expect(answer.code).toBe(1)
  expect(answer.out).toMatch(/Deployment\/web refused: .*minReadySecond/)
})

it('says what is wrong with what it was given, and overwrites nothing', async () => {
  const helm = join(home, 'helm.yaml')
  await writeFile(helm, 'kind: Deployment\nmetadata: { name: a }\n')
  const into = join(home, 'nothing')
  const noObject = await kade('import', 'yaml', helm, '--into', into)
  expect(noObject).toMatchObject({
    code: 2,
    err: expect.stringContaining('document 1 is no Kubernetes object'),
  })
  const outside = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ../../out }\n'
  await writeFile(helm, outside)
  expect(await kade('import', 'yaml', helm, '--into', into)).toMatchObject({
    code: 2,
    err: expect.stringContaining('which no object can have'),
  })
  await writeFile(helm, 'a: {{ .Values.x }\n')
  expect(await kade('import', 'yaml', helm, '--into', into)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is no YAML'),
  })
  expect(await kade('import', 'yaml', shop, shop, '--into', into)).toMatchObject({
    code: 2,
    err: expect.stringContaining('and again in'),
  })
  expect(await kade('import', 'yaml', join(home, 'gone'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be read'),
  })
  expect(await kade('import', 'yaml', shop, '--into', home)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is not empty'),
  })
})
