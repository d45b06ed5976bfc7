import { expect, test } from 'vitest'
import { KubeError } from './kube-api.ts'
import { withRetries } from './retry.ts'

/** Fails with each of these in turn, then answers how often it was called. */
function failing(...errors: KubeError[]) {
  let calls = 0
  return async () => {
    const error = errors[calls]
    calls += 1
    if (error !== undefined) throw error
    return calls
  }
}

const status = (code: number, more: { message?: string; retryAfter?: number } = {}) =>
  new KubeError({ code, ...more })
const never = new AbortController().signal
const busy = status(429)
const etcd = status(500, { message: 'etcdserver: request timed out' })
const broken = new KubeError({ code: 0, reason: 'Unreachable' })

test('what the server or the network could not do just now is tried again', async () => {
  const attempt = failing(busy, status(503), etcd, broken, status(504))
  expect(await withRetries(attempt, { repeatable: true, signal: never })).toBe(6)
})

test.each([400, 401, 403, 404, 409, 410, 422])(
  'an answer of %i is an answer: it comes back at once',
  async code => {
    const attempt = failing(status(code), status(code))
    await expect(withRetries(attempt, { repeatable: true, signal: never })).rejects.toMatchObject({
      code,
    })
    expect(await attempt().catch(() => 'called once before')).toBe('called once before')
  },
)

test('an internal error that is not etcd’s is not tried again', async () => {
  const attempt = failing(status(500, { message: 'a webhook panicked' }))
  await expect(withRetries(attempt, { repeatable: true, signal: never })).rejects.toThrow('webhook')
})

test('a call that may have been carried out is not repeated unless that is harmless', async () => {
  for (const error of [broken, etcd, status(503), status(504)]) {
    const attempt = failing(error)
    await expect(withRetries(attempt, { repeatable: false, signal: never })).rejects.toBe(error)
  }
  // "Come back later" says that it was not carried out.
  const asked = failing(busy, status(503, { retryAfter: 0 }))
  expect(await withRetries(asked, { repeatable: false, signal: never })).toBe(3)
})

test('gives up after five retries, with the last failure', async () => {
  const errors = Array.from({ length: 7 }, (_, index) => status(429, { message: `no ${index}` }))
  await expect(
    withRetries(failing(...errors), { repeatable: true, signal: never }),
  ).rejects.toThrow('no 5')
}, 60_000)

test('waits as long as Retry-After asks', async () => {
  const began = performance.now()
  const attempt = failing(status(429, { retryAfter: 1 }))
  expect(await withRetries(attempt, { repeatable: true, signal: never })).toBe(2)
  expect(performance.now() - began).toBeGreaterThan(950)
})

test('ends with its deadline, also in the middle of a pause, and says what failed last', async () => {
  const began = performance.now()
  const attempt = failing(status(429, { retryAfter: 60, message: 'come back later' }))
  const signal = AbortSignal.timeout(100)
  await expect(withRetries(attempt, { repeatable: true, signal })).rejects.toThrow(
    'come back later',
  )
  expect(performance.now() - began).toBeLessThan(5_000)
})
