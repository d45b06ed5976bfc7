import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { PlatformError } from '../../errors.ts'
import { keepAnswers } from './kept-answers.ts'
import {
  type ModuleAnswer,
  type ModuleBundle,
  type ModuleFailure,
  type ModuleSandbox,
  type SandboxLimits,
  sandboxLimits,
} from './module-sandbox.ts'
import type { Asked, ThreadData, Told } from './quickjs-thread.ts'
import { takeTurns } from './turns.ts'

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

type Waiting = {
  readonly bundle: ModuleBundle
  readonly asked: Omit<Asked, 'id'>
  /** The digest of the question. */
  readonly question: string
  readonly answer: PromiseWithResolvers<ModuleAnswer>
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
  const turns = takeTurns<Waiting>(limits)
  const answers = keepAnswers<Answered>(limits)
  let thread: Thread | undefined
  let serving: Promise<void> | undefined

  const end = async () => {
    const ended = thread
    thread = undefined
    await ended?.end()
  }

  const put = async ({ bundle, asked, question }: Waiting): Promise<ModuleAnswer> => {
    // It may have been asked by somebody else while this one waited.
    const known = answers.get(question)
    if (known) return answerOf(known)
    thread ??= startThread(place)
    const start = await thread.started
    if (!start.ok) {
      await end()
      throw cannotRun(start.cause)
    }
    let told = await thread.ask(asked)
    if (told !== 'gone' && 'needs' in told) {
      const code = await bundle.code()
      if (code.length > limits.bundle) return failure('too-large')
      told = await thread.ask({ ...asked, code })
    }
    if (told === 'gone' || 'needs' in told) {
      await end()
      return failure('too-long')
    }
    // What ran out of time or memory may have more of it the next time.
    if ('json' in told) answers.keep(question, told, told.json.length)
    return answerOf(told)
  }

  const serve = async () => {
    for (let one = turns.next(); one; one = turns.next())
      await put(one).then(one.answer.resolve, one.answer.reject)
    serving = undefined
  }

  return {
    async ask(bundle, question) {
      const asked = {
        digest: bundle.digest,
        kind: question.kind,
        input: JSON.stringify('input' in question ? (question.input ?? null) : null),
      }
      const one: Waiting = {
        bundle,
        asked,
        question: createHash('sha256').update(JSON.stringify(asked)).digest('base64'),
        answer: Promise.withResolvers(),
      }
      const known = answers.get(one.question)
      if (known) return answerOf(known)
      if (!turns.join(bundle.digest, one)) throw busy()
      const turn = setTimeout(() => {
        if (turns.leave(bundle.digest, one)) one.answer.reject(busy())
      }, limits.waitMs)
      // The module goes on for as long as it may, and what it answers is kept for who tries again.
      const whole = setTimeout(() => one.answer.reject(busy()), limits.askMs)
      serving ??= serve()
      return one.answer.promise.finally(() => {
        clearTimeout(turn)
        clearTimeout(whole)
      })
    },
    async close() {
      await serving
      await end()
    },
  }
}

function busy(): PlatformError {
  return new PlatformError(
    'sandbox-unavailable',
    {
      en: 'Too many modules of apps from outside are being evaluated, or one takes long.',
      nl: 'Er worden te veel modules van apps van buiten geëvalueerd, of een ervan doet er lang over.',
    },
    { retryAfter: 5 },
  )
}

function cannotRun(cause: unknown): PlatformError {
  return new PlatformError(
    'sandbox-unavailable',
    {
      en: 'The sandbox for the modules of apps from outside cannot be started.',
      nl: 'De sandbox voor de modules van apps van buiten kan niet worden gestart.',
    },
    {
      cause,
      retryAfter: 30,
      next: {
        en: 'Try again in a moment; if it stays, tell the people who run the platform, whose log says why. What runs goes on running.',
        nl: 'Probeer het zo nog eens; blijft het zo, zeg het dan wie het platform beheert: het logboek zegt waarom. Wat draait, blijft draaien.',
      },
    },
  )
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

type Answered = Exclude<Told, { needs: 'code' }>

function answerOf(told: Answered): ModuleAnswer {
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
  readonly started: Promise<{ readonly ok: true } | { readonly ok: false; readonly cause: unknown }>
  /** Once it has started. */
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
  let broken: unknown
  const gone = new Promise<'gone'>(resolve => {
    worker.once('exit', () => resolve('gone'))
    worker.once('error', error => {
      broken = error
      resolve('gone')
    })
  })
  const loaded = once(worker, 'message', { signal: AbortSignal.timeout(limits.startMs) })
  const exited = gone.then(() => {
    throw broken ?? new Error('The thread ended before it had begun.')
  })
  let number = 0
  return {
    started: Promise.race([loaded, exited]).then(
      () => ({ ok: true }),
      cause => ({ ok: false, cause }),
    ),
    async ask(asked) {
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
