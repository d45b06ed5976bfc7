import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderInput } from '#kit/render-input.ts'
import type { ModuleAnswer, ModuleSandbox } from './module-sandbox.ts'
import { openQuickJsSandbox } from './quickjs.ts'

let sandbox: ModuleSandbox
beforeAll(() => {
  sandbox = openQuickJsSandbox({ limits: { loadMs: 400, answerMs: 400 } })
})
afterAll(() => sandbox.close())

const about = { id: 'x', needs: [] }
// No more of an app is asked for here.
const input = renderInput(about as never)

let number = 0
function askCode(code: string): Promise<ModuleAnswer> {
  number += 1
  return sandbox.ask({ digest: `${number}`, code: async () => code }, { kind: 'render', input })
}

/** A module whose `render` has this body, after `before` at its top. */
function moduleOf(render: string, before = ''): string {
  return `var kadeModule = (() => { ${before}
    const app = { settingsSchema: () => ({}), parseSettings: input => input, render: input => { ${render} } }
    return { app }
  })()`
}

const reasonOf = (answer: ModuleAnswer) => (answer.ok ? 'none' : answer.failure.reason)
const told = (answer: ModuleAnswer) => (answer.ok ? answer.value : answer.failure)

describe('a module in the sandbox', () => {
  it('answers a question with plain data', async () => {
    expect(told(await askCode(moduleOf('return [{ name: input.name }]')))).toEqual([
      { name: 'my-x' },
    ])
  })

  it.each([
    ['at load', 'for (;;) {}'],
    ['in render', moduleOf('for (;;) {}')],
    ['in a getter of what it renders', moduleOf('return { get kind() { for (;;) {} } }')],
    [
      'in the text of what it throws',
      moduleOf('throw { message: { toString() { for (;;) {} } } }'),
    ],
    ['in a regular expression', moduleOf('return /^(a+)+$/.test("a".repeat(40) + "!")')],
    ['in a promise at load', 'const go = () => Promise.resolve().then(go); go(); for (;;) {}'],
  ])('is stopped when it never ends %s', async (_, code) => {
    expect(reasonOf(await askCode(code))).toBe('too-long')
  })

  it.each([
    ['lists', moduleOf('const all = []; for (;;) all.push(new Array(10000).fill(all.length))')],
    ['a text', moduleOf('let text = "x"; for (;;) text += text')],
    ['a buffer', moduleOf('return new ArrayBuffer(2e9).byteLength')],
    ['calls', moduleOf('const call = () => call() + 1; return call()')],
    ['what it loads', 'const all = []; for (;;) all.push(new Array(10000).fill(all.length))'],
  ])('is stopped when it takes all memory with %s', async (_, code) => {
    expect(reasonOf(await askCode(code))).toBe('too-much-memory')
  })

  it('is refused an answer that is too large', async () => {
    expect(reasonOf(await askCode(moduleOf('return "x".repeat(1e6)')))).toBe('too-large')
  })

  it.each([
    ['nothing', 'return undefined'],
    ['a function', 'return () => 1'],
  ])('that answers %s has not answered', async (_, body) => {
    expect(reasonOf(await askCode(moduleOf(body)))).toBe('no-data')
  })

  it.each([
    ['a number that JSON has not', 'return 10n'],
    ['a circle', 'const all = []; all.push(all); return all'],
  ])('that answers %s has thrown', async (_, body) => {
    expect(reasonOf(await askCode(moduleOf(body)))).toBe('threw')
  })

  it('sees no process, files, network, timers or console, by whatever way', async () => {
    const names =
      'process require fetch setTimeout console WebAssembly Worker performance WeakRef kade'
    const seen = moduleOf(`
      const outside = globalThis.constructor.constructor('return this')()
      return ${JSON.stringify(names.split(' '))}.filter(name => name in outside || eval('typeof ' + name) !== 'undefined')`)
    expect(told(await askCode(seen))).toEqual([])
  })

  it('finds no module to import', async () => {
    const code = moduleOf(
      'let found; import("node:fs").then(fs => { found = fs }); return { found: String(found) }',
    )
    expect(told(await askCode(code))).toEqual({ found: 'undefined' })
    expect(told(await askCode('import fs from "node:fs"'))).toMatchObject({ reason: 'threw' })
  })

  it('knows neither the time nor chance', async () => {
    const code = moduleOf('return [Date.now(), new Date().getTimezoneOffset(), Math.random()]')
    const [first, second] = [told(await askCode(code)), told(await askCode(code))]
    expect(first).toEqual([0, 0, expect.any(Number)])
    expect(second).toEqual(first)
  })

  it('has the parts of the platform that reach nothing outside', async () => {
    const code = moduleOf(
      'return [new URL("https://a.example/b").hostname, new TextEncoder().encode("é").length]',
    )
    expect(told(await askCode(code))).toEqual(['a.example', 2])
  })

  it('carries nothing from one question to the next', async () => {
    const code = moduleOf(
      'const had = [n, {}.polluted ?? null]; n++; Object.prototype.polluted = "yes"; return had',
      'let n = 0',
    )
    const bundle = { digest: 'stays', code: async () => code }
    for (const _ of [1, 2])
      expect(told(await sandbox.ask(bundle, { kind: 'render', input }))).toEqual([0, null])
    expect('polluted' in {}).toBe(false)
  })

  it('cannot reach another module', async () => {
    await askCode(moduleOf('return 1', 'globalThis.left = 1; Array.prototype.map = 1'))
    expect(told(await askCode(moduleOf('return [typeof left, typeof [].map]')))).toEqual([
      'undefined',
      'function',
    ])
  })

  it('cannot change how it is asked', async () => {
    const before = 'JSON.parse = JSON.stringify = Object.values = () => "changed"'
    expect(told(await askCode(moduleOf('return input.name', before)))).toBe('my-x')
  })

  it('speaks without what would steer a terminal or turn a line around', async () => {
    const code = moduleOf('throw new Error("\\u001b[31mred\\u202e\\u0000" + "x".repeat(5000))')
    const { message } = told(await askCode(code)) as { message: string } // it threw
    expect(message).toMatch(/^ \[31mred x+…$/)
    expect(message.length).toBeLessThan(310)
  })

  it.each([
    ['no app', 'var kadeModule = {}', 'exports no app: export the result of defineApp'],
    [
      'two apps',
      `${moduleOf('')}; kadeModule.other = { ...kadeModule.app }`,
      'exports 2 apps: a module is one app',
    ],
  ])('that exports %s says so', async (_, code, message) => {
    expect(told(await askCode(code))).toMatchObject({ message })
  })

  it('leaves the event loop to others while it runs', async () => {
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 10)
    await askCode('for (;;) {}')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(10)
  })

  it('is not waited for by more than there is room for', async () => {
    const small = openQuickJsSandbox({ limits: { waiting: 2 } })
    const bundle = { digest: 'few', code: async () => moduleOf('return 1') }
    const answers = await Promise.all(
      [1, 2, 3].map(() => small.ask(bundle, { kind: 'render', input })),
    )
    await small.close()
    expect(answers.map(reasonOf)).toEqual(['none', 'none', 'busy'])
  })

  it('is loaded once for all its questions, and again when it was forgotten', async () => {
    const small = openQuickJsSandbox({ limits: { kept: 1 } })
    const asked: string[] = []
    const bundle = (digest: string) => ({
      digest,
      code: async () => {
        asked.push(digest)
        return moduleOf('return 1')
      },
    })
    for (const digest of ['a', 'a', 'b', 'b', 'a'])
      await small.ask(bundle(digest), { kind: 'render', input })
    await small.close()
    expect(asked).toEqual(['a', 'b', 'a'])
  })

  it('whose thread breaks is answered for', async () => {
    const broken = openQuickJsSandbox({ thread: new URL('data:text/javascript,process.exit(1)') })
    const bundle = { digest: 'any', code: async () => moduleOf('return 1') }
    expect(reasonOf(await broken.ask(bundle, { kind: 'render', input }))).toBe('too-long')
    await broken.close()
  })
})
