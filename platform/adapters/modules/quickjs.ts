import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import {
  type ModuleAnswer,
  type ModuleBundle,
  type ModuleFailure,
  type ModuleQuestion,
  type ModuleSandbox,
  type SandboxLimits,
  sandboxLimits,
} from './module-sandbox.ts'
import type { Asked, ThreadData, Told } from './quickjs-thread.ts'

const startWithin = 20_000
/** By the clock, a thread gets so many times what its module may spend; then it is ended. A busy machine shares its processors. */
const patience = 4

const Answer = z.union([
  z.object({ value: z.unknown() }).refine(answer => 'value' in answer),
  z.object({
    message: z.string(),
    findings: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  }),
])

export type QuickJsOptions = {
  readonly thread?: URL
  readonly engineFolder?: URL
  readonly limits?: Partial<SandboxLimits>
}

/**
 * The sandbox for modules of strangers: QuickJS in WebAssembly, in a thread of its own. The engine's limits stop a module; should it
 * not come back all the same, its thread is ended and another begun, and this process has waited for nothing.
 */
export function openQuickJsSandbox(options: QuickJsOptions = {}): ModuleSandbox {
  const limits = { ...sandboxLimits, ...options.limits }
  const place = {
    limits,
    thread: options.thread ?? new URL('./quickjs-thread.ts', import.meta.url),
    engineFolder:
      options.engineFolder ?? new URL('./', import.meta.resolve('quickjs-wasi/quickjs.wasm')),
  }
  let thread: Thread | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  const put = async (bundle: ModuleBundle, question: ModuleQuestion): Promise<ModuleAnswer> => {
    const asked = {
      digest: bundle.digest,
      kind: question.kind,
      input: JSON.stringify('input' in question ? (question.input ?? null) : null),
    }
    thread ??= startThread(place)
    let told = await thread.ask(asked)
    if (told !== 'gone' && 'needs' in told) {
      const code = await bundle.code()
      if (code.length > limits.bundle) return failure('too-large')
      told = await thread.ask({ ...asked, code })
    }
    if (told !== 'gone' && !('needs' in told)) return answerOf(told)
    await thread.end()
    thread = undefined
    return failure('too-long')
  }

  return {
    async ask(bundle, question) {
      if (waiting >= limits.waiting) return failure('busy')
      waiting += 1
      const answer = last.then(() => put(bundle, question)).finally(() => (waiting -= 1))
      last = answer.catch(() => {})
      return answer
    },
    async close() {
      await last
      await thread?.end()
      thread = undefined
    },
  }
}

function failure(
  reason: ModuleFailure['reason'],
  message = '',
  findings: ModuleFailure['findings'] = [],
): ModuleAnswer {
  const told = findings.map(one => ({ pointer: plain(one.pointer), detail: plain(one.detail) }))
  return { ok: false, failure: { reason, message: plain(message), findings: told } }
}

/** A stranger's text as it may be shown: no control characters, nothing that turns the line around, and not long. */
function plain(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').toWellFormed()
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown
}

function answerOf(told: Exclude<Told, { needs: 'code' }>): ModuleAnswer {
  if ('failed' in told) return failure(told.failed, told.message)
  const answer = Answer.safeParse(parsed(told.json)).data
  if (answer === undefined) return failure('no-data')
  if ('value' in answer) return { ok: true, value: answer.value }
  return failure('threw', answer.message, answer.findings)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

type Thread = {
  ask(asked: Omit<Asked, 'id'>): Promise<Told | 'gone'>
  end(): Promise<unknown>
}

type Place = { readonly thread: URL; readonly engineFolder: URL; readonly limits: SandboxLimits }

function startThread({ thread, engineFolder, limits }: Place): Thread {
  const data: ThreadData = { engineFolder: engineFolder.href, limits }
  // Nothing of this process's environment, arguments or standard streams is there, should the engine itself be broken.
  const worker = new Worker(thread, {
    workerData: data,
    name: 'modules',
    env: {},
    argv: [],
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
  })
  // A process that has nothing else to do ends; a sandbox that is open must not keep it.
  worker.unref()
  const started = once(worker, 'message', { signal: AbortSignal.timeout(startWithin) })
  // Said again by whoever waits for it.
  started.catch(() => {})
  const gone = new Promise<'gone'>(resolve => {
    worker.once('exit', () => resolve('gone'))
    worker.once('error', () => resolve('gone'))
  })
  let number = 0
  return {
    async ask(asked) {
      if ((await Promise.race([started, gone])) === 'gone') return 'gone'
      number += 1
      const id = number
      const late = Promise.withResolvers<'gone'>()
      const timer = setTimeout(
        () => late.resolve('gone'),
        (limits.loadMs + limits.answerMs) * patience,
      )
      const told = new Promise<Told>(resolve => {
        const hear = (said: Told) => {
          if (said.id !== id) return
          worker.off('message', hear)
          resolve(said)
        }
        worker.on('message', hear)
      })
      worker.postMessage({ ...asked, id } satisfies Asked)
      return Promise.race([told, gone, late.promise]).finally(() => clearTimeout(timer))
    },
    end: () => worker.terminate(),
  }
}
