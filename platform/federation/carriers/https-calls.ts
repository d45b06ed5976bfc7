/**
 * The calls of a worker to its gateway. What it must not lose (reports, replies) is tried until it is taken, with growing pauses
 * and jitter; of all else who asked is told that the hub does not answer.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { Problem, problemStatus } from '#api/problem.ts'
import { type Outgoing, OutgoingError } from '../../adapters/outgoing/outgoing.ts'
import { PlatformError } from '../../errors.ts'
import { storable } from '../../orchestration/storable.ts'
import { HubUnreachable } from '../../orchestration/worker-hub.ts'
import { longestLine, type WorkerCall, workerPath } from './https-messages.ts'

const DEADLINE_MS = 15_000

export type CallerOptions = {
  readonly outgoing: Outgoing
  /** Of the gateway, without a slash at its end. */
  readonly gateway: string
  /** Read anew for each call, so that a credential is replaced without a pause. */
  readonly token: () => Promise<string>
  /** Milliseconds before the next try, by how many have failed. */
  readonly pause: (failed: number) => number
  /** Told what came of each try: an answer, a refusal of the credential, or nothing. */
  readonly heard: (what: 'answer' | 'refusal' | 'nothing', error?: Error) => void
  /** Ends what is still being tried. */
  readonly signal: AbortSignal
}

export type Caller = {
  /**
   * One try; the gateway parses the body. Throws `HubUnreachable`, or `PlatformError` where the gateway refused. `as` is the
   * authorization of something that was begun under it, instead of that of now.
   */
  once(name: WorkerCall, body: object, as?: string): Promise<unknown>
  /** Tries until the gateway has taken or refused it, it matters no more, or the signal ends it. */
  surely(name: WorkerCall, body: object, matters?: () => boolean, as?: string): Promise<unknown>
}

const Answer = z.object({ answer: z.unknown() })

export function createCaller(options: CallerOptions): Caller {
  const { pause, signal } = options
  const once = async (name: WorkerCall, body: object, as?: string): Promise<unknown> => {
    try {
      const answer = await post(options, name, body, as ?? (await bearer(options)))
      options.heard('answer')
      return answer
    } catch (error) {
      if (!(error instanceof HubUnreachable)) {
        options.heard(isRefused(error) ? 'refusal' : 'answer', asError(error))
        throw error
      }
      options.heard('nothing', error)
      throw error
    }
  }
  return {
    once,
    async surely(name, body, matters = () => true, as) {
      for (let failed = 1; ; failed++) {
        try {
          return await once(name, body, as)
        } catch (error) {
          const mayPass = error instanceof HubUnreachable || isRefused(error)
          if (!mayPass || signal.aborted || !matters()) throw error
        }
        await delay(pause(failed), undefined, { signal })
      }
    },
  }
}

/** The credential ran out or was revoked: another one may be in its file by the next try. */
export function isRefused(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'unauthenticated'
}

async function post(
  options: CallerOptions,
  name: WorkerCall,
  body: unknown,
  authorization: string,
): Promise<unknown> {
  const { outgoing, gateway, signal } = options
  const headers = {
    authorization,
    'content-type': 'application/json',
    accept: 'application/json',
  }
  const answer = await outgoing
    .send({
      url: `${gateway}${workerPath}/${name}`,
      method: 'POST',
      headers,
      body: JSON.stringify(storable(body)),
      deadlineMs: DEADLINE_MS,
      maxBytes: longestLine,
      signal,
    })
    .catch((error: unknown) => {
      if (!(error instanceof OutgoingError)) throw error
      throw new HubUnreachable(error.message, { cause: error })
    })
  const said = parsed(answer.body)
  if (answer.status === 200) return Answer.parse(said).answer
  throw refusal(answer.status, said)
}

/** The credential as it is now. A file that is just being replaced is there again by the next try. */
export async function bearer({ token }: Pick<CallerOptions, 'token'>): Promise<string> {
  try {
    return `Bearer ${await token()}`
  } catch (cause) {
    throw new HubUnreachable(asError(cause).message, { cause })
  }
}

/** What the gateway answered instead. A 5xx, and whatever a proxy before it says, is no answer of the hub. */
export function refusal(status: number, said: unknown): Error {
  const problem = Problem.safeParse(said)
  if (status >= 500 || status === 429 || status === 408 || !problem.success)
    return new HubUnreachable(`The gateway answered with status ${status}.`)
  const { code, detail, next } = problem.data
  const known = Object.hasOwn(problemStatus, code)
  // Checked just now.
  return new PlatformError(known ? (code as keyof typeof problemStatus) : 'internal', detail, {
    next,
  })
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
