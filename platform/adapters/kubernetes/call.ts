import { type Dispatcher, request } from 'undici'
import type { Transport } from './connection.ts'
import { KubeError } from './kube-api.ts'
import { deadlineExceeded, unreachable, withRetries } from './retry.ts'
import { errorOf, secretValues } from './status.ts'
import { lines } from './watch-stream.ts'

export type CallHeaders = Readonly<Record<string, string | string[]>>

export type Call = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly identity?: CallHeaders
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** Doing it twice is doing it once: decides what is retried. */
  readonly repeatable: boolean
  readonly signal?: AbortSignal | undefined
  readonly text?: boolean
}

/** One HTTP exchange with an API server: authenticates, retries, keeps the deadline, turns failures into `KubeError`. */
export type Caller = {
  call<T>(call: Call): Promise<T>
  /** Lines of a streamed answer; ends when the server ends it, when it is silent too long, or by the signal. */
  stream(call: {
    readonly path: string
    readonly accept: string
    readonly identity: CallHeaders
    readonly signal?: AbortSignal | undefined
    readonly onOpen?: (() => void) | undefined
  }): AsyncGenerator<string>
}

export function createCaller(cluster: string, transport: Transport, deadlineMs: number): Caller {
  const send = async (dispatcher: Dispatcher, call: Call, signal: AbortSignal | undefined) => {
    const url = new URL(transport.server.pathname.replace(/\/$/, '') + call.path, transport.server)
    const attempt = async (credentials: Record<string, string>) =>
      await request(url, {
        dispatcher,
        // The type names the standard methods; a call names one of them.
        method: call.method as Dispatcher.HttpMethod,
        headers: {
          accept: call.accept ?? (call.text === true ? '*/*' : 'application/json'),
          'user-agent': 'kade',
          ...(call.body !== undefined && {
            'content-type': call.contentType ?? 'application/json',
          }),
          ...credentials,
          ...call.identity,
        },
        // As a string undici sends its Content-Length; without that the API server drops a DELETE's preconditions.
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: signal ?? null,
      }).catch((error: unknown) => {
        throw networkError(cluster, error)
      })
    const answer = await attempt(await transport.credentials())
    if (answer.statusCode !== 401) return answer
    await answer.body.dump()
    return await attempt(await transport.credentials(true))
  }

  const once = async (call: Call, signal: AbortSignal): Promise<unknown> => {
    const answer = await send(transport.calls, call, signal)
    const text = await answer.body.text().catch((error: unknown) => {
      throw networkError(cluster, error)
    })
    if (answer.statusCode < 200 || answer.statusCode > 299) {
      throw errorOf(answer.statusCode, text, {
        retryAfter: retryAfter(answer.headers['retry-after']),
        hidden: secretValues(call.body, call.path),
      })
    }
    return call.text === true ? text : text === '' ? null : JSON.parse(text)
  }

  return {
    async call<T>(call: Call): Promise<T> {
      const deadline = AbortSignal.timeout(deadlineMs)
      const signal = AbortSignal.any([deadline, ...(call.signal ? [call.signal] : [])])
      try {
        // The caller names the type of what the API server's own schema says it answers.
        return (await withRetries(() => once(call, signal), {
          repeatable: call.repeatable,
          signal,
        })) as T
      } catch (error) {
        if (call.signal?.aborted) throw call.signal.reason
        if (deadline.aborted) throw tooLate(cluster, deadlineMs, error)
        throw error
      }
    },
    async *stream(call) {
      const { path, accept, identity } = call
      const whole: Call = { method: 'GET', path, accept, identity, repeatable: true }
      try {
        const answer = await send(transport.watches, whole, call.signal)
        if (answer.statusCode !== 200) {
          throw errorOf(answer.statusCode, await answer.body.text(), {
            retryAfter: retryAfter(answer.headers['retry-after']),
          })
        }
        call.onOpen?.()
        yield* lines(answer.body)
      } catch (error) {
        if (call.signal?.aborted || codeOf(error) === 'UND_ERR_BODY_TIMEOUT') return
        throw error instanceof KubeError ? error : networkError(cluster, error)
      }
    },
  }
}

function networkError(cluster: string, error: unknown): KubeError {
  const code = codeOf(error)
  return new KubeError(
    {
      code: 0,
      reason: unreachable,
      message: `Cluster ${cluster} cannot be reached${code === undefined ? '' : ` (${code})`}.`,
    },
    { cause: error },
  )
}

function tooLate(cluster: string, deadlineMs: number, error: unknown): KubeError {
  const last = error instanceof KubeError ? ` Last: ${error.message}` : ''
  return new KubeError(
    {
      code: 0,
      reason: deadlineExceeded,
      message: `Cluster ${cluster} did not answer within ${deadlineMs / 1000} s.${last}`,
    },
    { cause: error },
  )
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? undefined : codeOf(error.cause)
}

/** Seconds; the API server never sends the date form. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === 'string' ? Number.parseInt(header, 10) : Number.NaN
  return Number.isFinite(seconds) ? seconds : undefined
}
