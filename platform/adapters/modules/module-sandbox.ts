import type { RenderInput } from '#kit/app.ts'

/** A module of a stranger: one text of JavaScript, named by its digest. The text is asked for only where it is not known yet. */
export type ModuleBundle = { readonly digest: string; code(): Promise<string> }

export type ModuleQuestion =
  /** All that the module says of its app, as data, with the JSON Schema of its settings. */
  | { readonly kind: 'describe' }
  | { readonly kind: 'parseSettings'; readonly input: unknown }
  | { readonly kind: 'egress'; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: 'render'; readonly input: RenderInput }

/** Why there is no answer. `threw` is the module's own word for it; all others are the sandbox's. */
export type ModuleFailure = {
  readonly reason: 'threw' | 'too-long' | 'too-much-memory' | 'too-large' | 'no-data'
  /** Of the module: a stranger's text, cut and without control characters. */
  readonly message: string
  /** What a `ModuleError` of the kit names. */
  readonly findings: readonly { readonly pointer: string; readonly detail: string }[]
}

/** The value is plain data, made anew outside, and nothing that it says is true yet. */
export type ModuleAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: ModuleFailure }

/**
 * Evaluates modules that nobody here has read: without files, network, clock, environment or chance, in bounded time and memory,
 * and each question in a realm of its own, so that nothing is carried from one to the next. The same question has the same answer.
 */
export type ModuleSandbox = {
  /**
   * Whatever the module does is an answer. Rejects where the bundle cannot be had, and with `sandbox-unavailable` where others
   * are asked for too long or nothing can be evaluated: within `askMs`, so that a transaction may wait for it.
   */
  ask(bundle: ModuleBundle, question: ModuleQuestion): Promise<ModuleAnswer>
  close(): Promise<void>
}

export type SandboxLimits = Readonly<
  Record<
    | 'bundle'
    | 'answer'
    | 'loadMs'
    | 'answerMs'
    | 'loadMemory'
    | 'memory'
    | 'waiting'
    | 'waitingOfModule'
    | 'waitMs'
    | 'askMs'
    | 'startMs'
    | 'kept'
    | 'answers'
    | 'answerCharacters',
    number
  >
>

/** What a module may take. A module of the catalogue loads in about 0.3 s, answers in 20 ms, and takes 4 MB. */
export const sandboxLimits: SandboxLimits = {
  /** Characters of a bundle. */
  bundle: 1_500_000,
  /** Characters of an answer. */
  answer: 512 * 1024,
  /** Milliseconds of processor. */
  loadMs: 3_000,
  answerMs: 2_000,
  loadMemory: 32 * 1024 * 1024,
  memory: 64 * 1024 * 1024,
  /** Questions that may wait for the one before them. */
  waiting: 200,
  waitingOfModule: 20,
  /** Milliseconds that a question waits for its turn, and until it is answered: less than a transaction may stand still. */
  waitMs: 5_000,
  askMs: 8_000,
  startMs: 20_000,
  /** Loaded modules that are kept, about 12 MB each. */
  kept: 6,
  /** Answers that are kept, and the characters of all of them. */
  answers: 1_000,
  answerCharacters: 16 * 1024 * 1024,
}
