import { DelegateBackoff, ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { KubeError } from './kube-api.ts'

/**
 * When a call is tried again: the server said "later" (429, 503, 504), its etcd did not answer, or the connection broke.
 * 400, 401, 403, 404, 409 and 422 are answers, and come back at once. At most five retries, 100 ms to 10 s apart with
 * jitter, or what Retry-After says; all of it within the one deadline of the call.
 */
const maxRetries = 5
const etcdTrouble =
  /etcdserver: (?:request timed out|leader changed|too many requests)|etcdserver: no leader/

/** Network failures become `KubeError` with code 0, so that a caller has one type to look at. */
export const unreachable = 'Unreachable'
export const deadlineExceeded = 'DeadlineExceeded'

function worthRetrying(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof KubeError)) return false
  if (error.code === 429) return true
  // A request that may have been carried out is repeated only when doing it twice is doing it once.
  if (error.code === 503) return repeatable || error.retryAfter !== undefined
  if (!repeatable) return false
  if (error.code === 0) return error.reason === unreachable
  return error.code === 504 || (error.code === 500 && etcdTrouble.test(error.message))
}

const exponential = new ExponentialBackoff({ initialDelay: 100, maxDelay: 10_000 })
const backoff = new DelegateBackoff<
  { readonly result: { error: unknown } | { value: unknown } },
  ReturnType<typeof exponential.next>
>(({ result }, state) => {
  const next = state === undefined ? exponential.next() : state.next(undefined)
  const asked =
    'error' in result && result.error instanceof KubeError ? (result.error.retryAfter ?? 0) : 0
  return { delay: Math.max(next.duration, asked * 1000), state: next }
})

const policies = {
  repeatable: retry(
    handleWhen(error => worthRetrying(error, true)),
    { maxAttempts: maxRetries, backoff },
  ),
  once: retry(
    handleWhen(error => worthRetrying(error, false)),
    { maxAttempts: maxRetries, backoff },
  ),
}

/** Runs `attempt` until it answers, cannot be helped, or `signal` ends it; then the last failure is thrown. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: { readonly repeatable: boolean; readonly signal: AbortSignal },
): Promise<T> {
  const { signal } = options
  let last: unknown
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(last ?? signal.reason)
  signal.addEventListener('abort', end, { once: true })
  try {
    const run = policies[options.repeatable ? 'repeatable' : 'once'].execute(async () => {
      signal.throwIfAborted()
      try {
        return await attempt()
      } catch (error) {
        last = error
        throw error
      }
    }, signal)
    // The policy's own pause does not listen to the signal; nobody awaits what it finds after the end.
    run.catch(() => undefined)
    return await Promise.race([run, ended.promise])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
