import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { renderInput } from '#kit/render-input.ts'
import type { ModuleAnswer, ModuleSandbox } from './module-sandbox.ts'
import { openQuickJsSandbox } from './quickjs.ts'

let sandbox: ModuleSandbox
beforeAll(() => {
  // Nothing is kept, so that every question is evaluated.
  sandbox = openQuickJsSandbox({ limits: { loadMs: 400, answerMs: 400, answers: 0 } })
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

  it('is loaded once for all its questions, and again when it was forgotten', async () => {
    const small = openQuickJsSandbox({ limits: { kept: 1, answers: 0 } })
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
})

describe('the questions to several modules', () => {
  const slow = { digest: 'slow', code: async () => moduleOf('for (;;) {}') }
  const quick = { digest: 'quick', code: async () => moduleOf('return input.name') }
  const named = (name: string) => ({ kind: 'render', input: { ...input, name } }) as const
  const unavailable = { code: 'sandbox-unavailable', details: { retryAfter: 5 } }
  let own: ModuleSandbox
  afterEach(() => own?.close())

  it('are put in turn: a slow one holds up itself before others', async () => {
    own = openQuickJsSandbox({ limits: { answerMs: 200, waitMs: 60_000, askMs: 60_000 } })
    const answered: string[] = []
    const ask = async (bundle: typeof slow, name: string) => {
      await own.ask(bundle, named(name))
      answered.push(name)
    }
    const all = ['s1', 's2', 's3', 's4'].map(name => ask(slow, name))
    await Promise.all([...all, ...['q1', 'q2'].map(name => ask(quick, name))])
    expect(answered).toEqual(['s1', 'q1', 's2', 'q2', 's3', 's4'])
  })

  it('are refused where there is no room, of one module before that of all', async () => {
    own = openQuickJsSandbox({ limits: { waitingOfModule: 1 } })
    // The first one does not wait: its turn is at once.
    const asked = ['1', '2', '3'].map(name => own.ask(quick, named(name)))
    const other = own.ask({ ...quick, digest: 'other' }, named('4'))
    const settled = await Promise.allSettled([...asked, other])
    expect(settled.map(one => one.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(settled[2]).toMatchObject({ reason: unavailable })
  })

  it('that wait too long are given up, and asked anew with success', async () => {
    own = openQuickJsSandbox({ limits: { answerMs: 600, waitMs: 100 } })
    await own.ask(quick, named('warm'))
    const first = own.ask(slow, named('first'))
    await expect(own.ask(quick, named('second'))).rejects.toMatchObject(unavailable)
    expect(reasonOf(await first)).toBe('too-long')
    expect(told(await own.ask(quick, named('second')))).toBe('second')
  })

  it('that take too long are given up too, and what comes of them is there for the next', async () => {
    own = openQuickJsSandbox({ limits: { answerMs: 60_000, askMs: 20 } })
    const long = 'let n = 0; for (let i = 0; i < 3e6; i++) n += i; return n'
    const bundle = { digest: 'long', code: async () => moduleOf(long) }
    const ask = () => own.ask(bundle, named('long'))
    await expect(ask()).rejects.toMatchObject(unavailable)
    const answer = await vi.waitFor(ask, { timeout: 20_000, interval: 50 })
    expect(told(answer)).toBe(4499998500000)
  })

  it('are not evaluated again where the answer is known, and never know another one', async () => {
    own = openQuickJsSandbox({ limits: { kept: 1 } })
    const asked: string[] = []
    const bundle = (digest: string) => ({
      digest,
      code: async () => {
        asked.push(digest)
        return moduleOf(`return [${JSON.stringify(digest)}, input.name]`)
      },
    })
    const answers: unknown[] = []
    for (const [digest, name] of ['ax', 'bx', 'ax', 'by'].map(each => each.split('')))
      answers.push(told(await own.ask(bundle(digest ?? ''), named(name ?? ''))))
    expect(answers).toEqual([
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'x'],
      ['b', 'y'],
    ])
    expect(asked).toEqual(['a', 'b'])
  })
})

describe('the thread of the sandbox', () => {
  const bundle = { digest: 'any', code: async () => moduleOf('return 1') }
  const question = { kind: 'render', input } as const
  const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`)
  let own: ModuleSandbox
  afterEach(() => own?.close())

  it('that breaks under a module is answered for', async () => {
    const thread = script(`import { parentPort } from 'node:worker_threads'
      parentPort.on('message', () => process.exit(1))
      parentPort.postMessage('loaded')`)
    own = openQuickJsSandbox({ thread })
    expect(reasonOf(await own.ask(bundle, question))).toBe('too-long')
  })

  it.each([
    ['ends at once', { thread: script('process.exit(1)') }, /ended before it had begun/],
    ['has no engine', { engineFolder: new URL('file:///nowhere/') }, /ENOENT/],
  ])('that %s is told as that', async (_, options, message) => {
    own = openQuickJsSandbox(options)
    await expect(own.ask(bundle, question)).rejects.toMatchObject({
      code: 'sandbox-unavailable',
      message: expect.stringMatching(/cannot be started/),
      cause: { message: expect.stringMatching(message) },
    })
  })

  it('that began too slowly once is begun anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kade-thread-'))
    const real = new URL('./quickjs-thread.ts', import.meta.url).href
    const thread = script(`import { existsSync, writeFileSync } from 'node:fs'
      const seen = ${JSON.stringify(join(folder, 'seen'))}
      if (existsSync(seen)) await import(${JSON.stringify(real)})
      else { writeFileSync(seen, ''); setInterval(() => {}, 1000) }`)
    own = openQuickJsSandbox({ thread, limits: { startMs: 2_500 } })
    await expect(own.ask(bundle, question)).rejects.toMatchObject({ code: 'sandbox-unavailable' })
    expect(told(await own.ask(bundle, question))).toBe(1)
    await rm(folder, { recursive: true })
  })
})
