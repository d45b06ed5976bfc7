/**
 * The thread in which modules of strangers are evaluated, by QuickJS compiled to WebAssembly: the module sees the language and
 * nothing of this process. A module is loaded once and its memory kept as a picture; each question is asked of a realm that is made
 * from that picture and thrown away afterwards, so that no question sees another one.
 */
import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import {
  EvalFlags,
  Intrinsics,
  JSException,
  type JSValueHandle,
  QuickJS,
  type Snapshot,
} from 'quickjs-wasi'
import type { ModuleFailure, SandboxLimits } from './module-sandbox.ts'
import { inside } from './quickjs-inside.ts'

export type ThreadData = { readonly engineFolder: string; readonly limits: SandboxLimits }
export type Asked = {
  readonly id: number
  readonly digest: string
  /** Absent where the thread may know the module already. */
  readonly code?: string
  readonly kind: string
  readonly input: string
}
export type Told = { readonly id: number } & (
  | { readonly needs: 'code' }
  | { readonly json: string }
  | { readonly failed: ModuleFailure['reason']; readonly message: string }
)

type Loaded = { readonly snapshot: Snapshot; readonly ask: number }

class Failed extends Error {
  readonly reason: ModuleFailure['reason']
  constructor(reason: ModuleFailure['reason'], message = '') {
    super(message)
    this.reason = reason
  }
}

// Given by quickjs.ts, which is typed with the same ThreadData.
const { engineFolder, limits } = workerData as ThreadData
const compiled = async (file: string) =>
  await WebAssembly.compile(await readFile(new URL(file, engineFolder)))
const engine = await compiled('quickjs.wasm')
// Parts of the platform that reach nothing outside, and that modules and the kit use.
const extensions = await Promise.all(
  ['url', 'encoding'].map(async name => ({
    name,
    wasm: await compiled(`extensions/${name}/${name}.so`),
  })),
)
const kept = new Map<string, Loaded>()

/** The realm has no clock, no chance and nowhere to write: time stands at 1970, and every realm draws the same numbers. */
const nothingOutside = (memory: WebAssembly.Memory) => ({
  clock_time_get(_clock: number, _precision: bigint, result: number) {
    new DataView(memory.buffer).setBigUint64(result, 0n, true)
    return 0
  },
  random_get(at: number, length: number) {
    new Uint8Array(memory.buffer, at, length).fill(0)
    return 0
  },
  fd_write: () => 8,
})

// When the garbage collector runs is chance too, and a stop watch is a clock.
const intrinsics = Intrinsics.ALL & ~Intrinsics.WEAK_REF & ~Intrinsics.PERFORMANCE

/** Milliseconds of processor that this thread has had: a busy machine must not make a module look slow. */
function spent(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Runs something in a realm of its own, for at most so long. What is left of the realm is garbage, like any other. */
async function within<T>(
  from: Snapshot | null,
  { ms, memory }: { ms: number; memory: number },
  run: (realm: QuickJS) => T,
): Promise<T> {
  let isLate = false
  let until = Number.POSITIVE_INFINITY
  const options = {
    wasm: engine,
    wasi: nothingOutside,
    intrinsics,
    extensions,
    memoryLimit: memory,
    timezoneOffset: 0,
    interruptHandler: () => {
      isLate ||= spent() > until
      return isLate
    },
  }
  const realm = from ? await QuickJS.restore(from, options) : await QuickJS.create(options)
  until = spent() + ms
  try {
    return run(realm)
  } catch (error) {
    throw isLate ? new Failed('too-long') : whyOf(error)
  }
}

function whyOf(error: unknown): Failed {
  if (error instanceof Failed) return error
  const message = error instanceof Error ? error.message : String(error)
  // A trap of WebAssembly is memory, or a stack, that ran out where the engine did not expect it.
  const isMemory =
    error instanceof WebAssembly.RuntimeError ||
    /^(out of memory|string too long|Maximum call stack size exceeded)$/.test(message)
  return isMemory ? new Failed('too-much-memory') : new Failed('threw', nameOf(error) + message)
}

function nameOf(error: unknown): string {
  return error instanceof JSException && error.name !== 'Error' ? `${error.name}: ` : ''
}

function load(code: string): Promise<Loaded> {
  const bounds = { ms: limits.loadMs, memory: limits.loadMemory }
  return within(null, bounds, realm => {
    const ask = realm.evalCode(inside, 'kade', EvalFlags.STRICT)
    realm.evalCode(code, 'module', EvalFlags.TYPE_GLOBAL).dispose()
    return { ask: realm.exportHandle(ask), snapshot: realm.snapshot() }
  })
}

async function loaded({ digest, code }: Asked): Promise<Loaded | undefined> {
  const known = kept.get(digest) ?? (code === undefined ? undefined : await load(code))
  if (known === undefined) return undefined
  // The one asked for last stands last, and the first is forgotten.
  kept.delete(digest)
  kept.set(digest, known)
  const [oldest] = kept.keys()
  if (kept.size > limits.kept && oldest !== undefined) kept.delete(oldest)
  return known
}

function textOf(answer: JSValueHandle): string {
  if (!answer.isString) throw new Failed('no-data')
  // The length of a text is the engine's own word, which no module can change.
  if (answer.getProp('length').toNumber() > limits.answer) throw new Failed('too-large')
  return answer.toString()
}

async function tell(asked: Asked): Promise<Told> {
  const { id, kind, input } = asked
  try {
    const module = await loaded(asked)
    if (module === undefined) return { id, needs: 'code' }
    const bounds = { ms: limits.answerMs, memory: limits.memory }
    const json = await within(module.snapshot, bounds, realm => {
      const ask = realm.importHandle(module.ask)
      const [first, second] = [realm.newString(kind), realm.newString(input)]
      return textOf(realm.callFunction(ask, realm.undefined, first, second))
    })
    return { id, json }
  } catch (error) {
    const failed = whyOf(error)
    return { id, failed: failed.reason, message: failed.message }
  }
}

parentPort?.on('message', (asked: Asked) => {
  tell(asked).then(told => parentPort?.postMessage(told))
})
parentPort?.postMessage('loaded')
