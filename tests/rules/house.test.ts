import { describe, expect, it } from 'vitest'
import { files, lineCount, roomOf, sources, textOf } from './files.ts'

/** Tests whose matter is the moment itself, each with its reason. */
const mayWait: Readonly<Record<string, string>> = {
  'tests/cluster/takeover.test.ts': 'kills at moments that nobody chose',
  'tests/long/chaos.test.ts': 'kills at seeded moments',
}

/** Longer than the rule, each with its reason. */
const mayBeLong: Readonly<Record<string, string>> = {
  'api/contract.ts':
    'one table with a line per field of every route; cutting it would hide the whole',
}
const generated = /^kit\/kubernetes\/generated\//

/** Files that may speak HTTP themselves, each with its reason. */
const mayFetch: Readonly<Record<string, string>> = {
  'platform/adapters/outgoing/create-outgoing.ts': 'the one outgoing call',
  'platform/adapters/outgoing/checked-connection.ts': 'the connections of the one outgoing call',
  'platform/adapters/kubernetes/call.ts': 'API servers, which an administrator names beforehand',
  'platform/adapters/kubernetes/connection.ts': 'the connections to API servers',
  'platform/adapters/kubernetes/server-probe.ts': 'API servers, asked whether they live',
}

/** Files that take something else of those modules. */
const mayServe: Readonly<Record<string, string>> = {
  'gateway/errors.ts': 'the names of the statuses',
}

/** A call, or a module with which one is made; types alone call nobody. */
const http = new RegExp(
  [
    '(?<![.\\w])fetch\\(',
    '\\bhttps?\\.(request|get)\\(',
    "^import (?!type).*'(node:https?|node:http2|undici|axios|got|ky|node-fetch)'",
    "\\bimport\\('(node:https?|node:http2|undici)'\\)",
    "^} from '(node:https?|node:http2|undici)'",
  ].join('|'),
)

const ownCode = sources('.ts', '.vue', '.js').filter(file => !generated.test(file))
const isTest = (file: string) => /\.test\.ts$/.test(file) || roomOf(file) === 'tests'

function withText(inFiles: readonly string[], pattern: RegExp): string[] {
  return inFiles.flatMap(file =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])),
  )
}

describe('files', () => {
  it('have at most 300 lines, tests 600; to fix: cut where one thing ends and another begins', () => {
    const long = ownCode
      .filter(file => lineCount(file) > (isTest(file) ? 600 : 300) && !mayBeLong[file])
      .map(file => `${file}: ${lineCount(file)}`)
    expect(long).toEqual([])
  })

  it('on the list of long files are there and still long', () => {
    const gone = Object.keys(mayBeLong).filter(
      file => !files.includes(file) || lineCount(file) <= 300,
    )
    expect(gone).toEqual([])
  })

  it('are named by what they hold, not utils, helpers, common or manager', () => {
    const vague = ownCode.filter(file =>
      /(^|[/-])(utils?|helpers?|common|managers?)([./-]|$)/.test(file),
    )
    expect(vague).toEqual([])
  })

  it('hold no path of one machine; to fix: use $KADE_HOME, the cache folder or a temporary one', () => {
    const text = files.filter(file => !/\.(wasm|woff2?|png|ico)$|^LICENSE$/.test(file))
    const machine = new RegExp(
      ['/wo' + 'rk/(main|shared)', '/ro' + 'ot/', '/home/[a-z]+/'].join('|'),
    )
    expect(withText(text, machine)).toEqual([])
  })

  it('hold no host of a package registry; to fix: delete the `resolved` lines of package-lock.json', () => {
    const hosts = [
      'registry.np' + 'mjs.org',
      'proxy.gol' + 'ang.org',
      'files.pythonh' + 'osted.org',
    ]
    const text = files.filter(file => /\.(ts|js|vue|json|ya?ml|md|mod|npmrc)$|^\.npmrc$/.test(file))
    const pattern = new RegExp(hosts.map(host => host.replaceAll('.', '\\.')).join('|'))
    expect(withText(text, pattern)).toEqual([])
    expect(textOf('package-lock.json')).not.toMatch(/"resolved": "http/)
  })
})

describe('code', () => {
  it('has no module mocks; to fix: pass the thing in, and use the real one', () => {
    const pattern = new RegExp(['vi\\.mo' + 'ck\\(', 'vi\\.doMo' + 'ck\\('].join('|'))
    expect(withText(ownCode, pattern)).toEqual([])
  })

  it('does not wait by the clock in tests; to fix: wait for the condition (vi.waitFor, expect.poll)', () => {
    const tests = ownCode.filter(file => /\.test\.ts$/.test(file) && !mayWait[file])
    expect(
      withText(tests, /await (sleep|delay)\(|await new Promise\(\w+ => setTimeout\(\w+, \d/),
    ).toEqual([])
  })

  it('makes HTTP requests in named places only; to fix: send them with `Outgoing`, which checks where they go', () => {
    const core = ownCode.filter(file => /^(platform|gateway)\//.test(file) && !isTest(file))
    const speaking = core.filter(file => withText([file], http).length > 0)
    expect(speaking.filter(file => !mayFetch[file] && !mayServe[file])).toEqual([])
    // What no longer speaks HTTP leaves the lists.
    expect(
      [...Object.keys(mayFetch), ...Object.keys(mayServe)].filter(file => !speaking.includes(file)),
    ).toEqual([])
  })

  it('says why where it overrules the compiler or the linter', () => {
    const silenced =
      /@ts-(ignore|nocheck)|@ts-expect-error\s*$|biome-ignore[^:]*$|biome-ignore [^:]+:\s*$/
    expect(withText(ownCode, new RegExp(silenced))).toEqual([])
  })
})

describe('CHANGELOG.md', () => {
  it('begins with an Unreleased part that says something', () => {
    const [, unreleased = ''] =
      /^## Unreleased\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(textOf('CHANGELOG.md')) ?? []
    expect(unreleased.trim()).toMatch(/^- /m)
  })
})
