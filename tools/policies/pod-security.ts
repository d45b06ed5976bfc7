import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createPatch } from 'rfc6902'
import { parse, stringify } from 'yaml'

/**
 * Writes `policies/pod-security.yaml`, the fixtures by which Kubernetes tests its own Pod Security admission, of the release that
 * the control plane is built from:
 *
 *     npx node tools/policies/pod-security.ts
 *
 * Committed, because not everyone who runs the tests has Go and its module proxy; as changes of one pod, because they are small so.
 */
const module = 'k8s.io/pod-security-admission'
const run = promisify(execFile)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const levels = ['baseline', 'restricted'] as const

/** Where Go keeps the module, which it fetches when it must, and of which version that is. */
async function fetchModule(): Promise<{ readonly folder: string; readonly version: string }> {
  const { stdout } = await run('go', ['mod', 'download', '-json', module], {
    cwd: at('../control-plane/'),
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  })
  const { Dir: folder, Version: version } = JSON.parse(stdout)
  return { folder, version }
}

/** The newest rules of the release: `v1.35` of a list that ends with it. */
async function newest(folder: string): Promise<string> {
  const minor = (name: string) => Number(name.split('.')[1])
  const names = await readdir(join(folder, 'test', 'testdata', 'restricted'))
  const [first] = names.sort((a, b) => minor(b) - minor(a))
  if (first === undefined) throw new Error(`${module} has no fixtures`)
  return first
}

async function readPods(folder: string): Promise<[name: string, pod: object][]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.yaml'))
  return Promise.all(
    names
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map(async name => [name.slice(0, -5), parse(await readFile(join(folder, name), 'utf8'))]),
  )
}

/** The text of the file, from the module. */
export async function podSecurityText(): Promise<string> {
  const { folder, version } = await fetchModule()
  const rules = await newest(folder)
  const entries = levels.map(async level => {
    const [pass, fail] = await Promise.all(
      ['pass', 'fail'].map(kind => readPods(join(folder, 'test', 'testdata', level, rules, kind))),
    )
    const base = pass?.find(([name]) => name === 'base')?.[1]
    if (!base || !pass || !fail) throw new Error(`${module} has no base for ${level}`)
    const changes = (pods: [string, object][]) =>
      Object.fromEntries(pods.map(([name, pod]) => [name, createPatch(base, pod)]))
    return [level, { base, pass: changes(pass), fail: changes(fail) }] as const
  })
  const head = [
    `# Made by tools/policies/pod-security.ts from ${module} ${version}, test/testdata/*/${rules}.`,
    '# Copyright The Kubernetes Authors, Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).',
    '# Changed: each pod is written as a JSON Patch of the first.',
  ]
  const body = stringify(
    { module, version, rules, ...Object.fromEntries(await Promise.all(entries)) },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
  return `${head.join('\n')}\n${body}`
}

if (import.meta.main)
  await writeFile(at('../../policies/pod-security.yaml'), await podSecurityText())
