import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { roomOf, sources, textOf } from './files.ts'

/** Who may import whom. Whatever is not in this table is not allowed; `kit` and `api` import nothing of ours. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: [],
  app: ['api'],
  catalog: ['kit'],
  cli: ['api'],
  // Written as whoever has the packed kit would write it.
  examples: ['kit'],
  gateway: ['api', 'platform'],
  kit: [],
  // `api` for the nouns of the contract, which the platform speaks to its doors (ADR 0008).
  platform: ['api', 'kit'],
  policies: ['api', 'platform'],
  tests: [
    'api',
    'app',
    'catalog',
    'cli',
    'examples',
    'gateway',
    'kit',
    'platform',
    'policies',
    'tools',
  ],
  bench: ['api', 'catalog', 'cli', 'gateway', 'kit', 'platform', 'tests', 'tools'],
  tools: ['api', 'catalog', 'kit', 'platform'],
}

/** Packages a room may use where that is part of a promise. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  // Published on its own, with zod as its only dependency.
  kit: ['zod'],
  // Runs in the browser too.
  api: ['zod', 'eventsource-parser'],
}

/** Composition roots choose vendors and hand the catalogue over; commands for module authors need the kit. */
const exceptions: readonly { readonly file: RegExp; readonly to: readonly string[] }[] = [
  { file: /^cli\/processes\//, to: ['catalog', 'gateway', 'kit', 'platform', 'tools'] },
  { file: /^cli\/commands\/(module|import)-/, to: ['kit', 'catalog'] },
  { file: /^cli\/module\//, to: ['kit', 'catalog', 'tools'] },
  // Checks a module where Kade will evaluate it.
  { file: /^cli\/module\/sandbox\.ts$/, to: ['platform'] },
  // Writes docs/reference/cli.md from the commands themselves.
  { file: /^tools\/generate\/cli-reference\.ts$/, to: ['cli'] },
]

/** What `platform/` may know of an adapter: its port. Vendors are chosen by the composition roots. */
const ports: Readonly<Record<string, readonly string[]>> = {
  // The queue and the event store are this database's own, not exchangeable parts beside it (ADR 0004).
  database: ['database.ts', 'jobs.ts', 'message-store.ts', 'postgres.ts', 'wake-loop.ts'],
  kubernetes: ['kube-api.ts'],
  bus: ['bus-driver.ts'],
  identity: ['identity-provider.ts'],
  modules: ['module-sandbox.ts'],
  notify: ['mailer.ts'],
  outgoing: ['outgoing.ts'],
  policy: ['policy-engine.ts'],
}

const importLine =
  /^\s*(?:import|export)\s[\w*{},\s$]*?\bfrom\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

type Import = { readonly file: string; readonly of: string }

const code = sources('.ts', '.vue', '.js').filter(file => file.includes('/'))
const isTest = (file: string) => /\.test\.ts$/.test(file)

function importsOf(file: string): Import[] {
  return [...textOf(file).matchAll(importLine)].map(found => ({
    file,
    of: found[1] ?? found[2] ?? found[3] ?? '',
  }))
}

const imports = code.flatMap(importsOf)
// Names that Nuxt owns.
const nuxt = /^#(app|imports|components|build|shared|server)(\/|$)/

/** The file of ours that is imported, from the root, or `null` for a package. */
function target({ file, of }: Import): string | null {
  if (of.startsWith('.')) return posix.normalize(posix.join(posix.dirname(file), of))
  if (of.startsWith('#') && !nuxt.test(of)) return of.slice(1)
  return null
}

function mayReach(file: string, room: string): boolean {
  if (isTest(file) || roomOf(file) === room) return true
  if (mayImport[roomOf(file)]?.includes(room)) return true
  return exceptions.some(one => one.file.test(file) && one.to.includes(room))
}

const show = ({ file, of }: Import) => `${file} imports ${of}`

describe('imports', () => {
  it('go one way between the rooms; to fix: move the code, or agree on a new line in this table', () => {
    const wrong = imports.filter(one => {
      const room = target(one)
      return room !== null && !mayReach(one.file, roomOf(room))
    })
    expect(wrong.map(show)).toEqual([])
  })

  it('across rooms are written `#room/file.ts`, within a room relative', () => {
    const wrong = imports.filter(one => {
      const to = target(one)
      return to !== null && one.of.startsWith('.') && roomOf(to) !== roomOf(one.file)
    })
    expect(wrong.map(show)).toEqual([])
  })

  it('name the file with its ending', () => {
    const wrong = imports.filter(
      one => target(one) !== null && !/\.(ts|js|vue|json|css)(\?\w+)?$/.test(one.of),
    )
    expect(wrong.map(show)).toEqual([])
  })

  it('of an adapter by the platform are of its port; to fix: take it as an argument from cli/processes', () => {
    const wrong = imports.filter(one => {
      if (isTest(one.file) || !one.file.startsWith('platform/')) return false
      if (one.file.startsWith('platform/adapters/')) return false
      const [, adapter, file] = /^platform\/adapters\/([^/]+)\/(.+)$/.exec(target(one) ?? '') ?? []
      return adapter !== undefined && !ports[adapter]?.includes(file ?? '')
    })
    expect(wrong.map(show)).toEqual([])
  })

  it('of packages by the published rooms are the promised ones', () => {
    const wrong = imports.filter(one => {
      const allowed = mayUse[roomOf(one.file)]
      if (!allowed || isTest(one.file) || target(one) !== null) return false
      return !allowed.some(name => one.of === name || one.of.startsWith(`${name}/`))
    })
    expect(wrong.map(show)).toEqual([])
  })

  it('are no barrels: a file that only passes others on hides where things are', () => {
    const barrels = code.filter(file => {
      const lines = textOf(file)
        .split('\n')
        .filter(line => line.trim() !== '' && !/^\s*(\/\/|\/?\*)/.test(line))
      return lines.length > 0 && lines.every(line => /^export .* from /.test(line))
    })
    expect(barrels).toEqual([])
  })
})
