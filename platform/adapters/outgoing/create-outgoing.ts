/**
 * The one outgoing call: deadline, bounded answer, tries with jitter, a circuit breaker, and a check of every address that is
 * connected to, of redirects too.
 *
 *   send ─▶ try ─▶ circuit ─▶ hop ─▶ names looked up, each address checked, connected to exactly these ─▶ answer
 *            ▲                 ▲ └─ redirect ─┘
 *            └─ with backoff, while tries and time are left: no connection, 429, 5xx
 */
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
} from 'cockatiel'
import { Agent, type Dispatcher, request as undiciRequest } from 'undici'
import { orAborted } from '../../or-aborted.ts'
import type { Allowed } from './allowed.ts'
import {
  checkedAddresses,
  checkedConnector,
  type Resolve,
  systemResolve,
} from './checked-connection.ts'
import { faultOf } from './faults.ts'
import {
  type Outgoing,
  type OutgoingAnswer,
  OutgoingError,
  type OutgoingRequest,
  type OutgoingStream,
  type OutgoingStreamRequest,
} from './outgoing.ts'
import { readBody } from './read-body.ts'

export type OutgoingOptions = {
  allowed: Allowed
  /** How names are looked up; as the system does when absent. */
  resolve?: Resolve
  /** Milliseconds an open circuit waits before one try; 30,000 when absent. */
  restMs?: number
  /** Milliseconds that `check` may take; 5,000 when absent. */
  checkMs?: number
  /** Certificates (PEM) of an authority of one's own, beside those of the system. */
  authorities?: string
  /** Connections to one server at a time; 4 when absent. */
  connections?: number
}

const DEADLINE_MS = 10_000
/** For looking a name up, when an address is only checked. */
const CHECK_MS = 5_000
const MAX_BYTES = 64 * 1024
const REST_MS = 30_000
const FAILURES_THAT_OPEN = 5
/** Circuits kept in memory; a forgotten one is closed. */
const CIRCUITS = 1_000

export function createOutgoing({
  allowed,
  resolve = systemResolve,
  restMs = REST_MS,
  checkMs = CHECK_MS,
  authorities,
  connections = 4,
}: OutgoingOptions): Outgoing {
  const agent = new Agent({
    connect: checkedConnector(allowed, resolve, authorities),
    allowH2: false,
    connections,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 16 * 1024,
  })
  const circuits = new Map<string, CircuitBreakerPolicy>()
  const circuitOf = (key: string): CircuitBreakerPolicy => {
    const known = circuits.get(key)
    const circuit = known ?? newCircuit(restMs)
    // The one used last stands last, so that the first is the one to forget.
    circuits.delete(key)
    circuits.set(key, circuit)
    if (circuits.size > CIRCUITS) circuits.delete(circuits.keys().next().value ?? '')
    return circuit
  }
  return {
    async send(request) {
      const url = parse(request.url)
      const deadline = AbortSignal.timeout(request.deadlineMs ?? DEADLINE_MS)
      const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline
      const circuit = circuitOf(request.circuit ?? url.origin)
      const tries = retry(failures, {
        maxAttempts: (request.tries ?? 1) - 1,
        backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 5_000 }),
      })
      const run = tries.execute(
        () => circuit.execute(() => hops(agent, url, request, signal, deadline)),
        signal,
      )
      try {
        return await orAborted(run, signal)
      } catch (error) {
        throw inWords(error, url.hostname, request.signal, deadline)
      }
    },
    open: request => openStream(agent, request),
    check: async address => {
      const url = parse(address)
      const deadline = AbortSignal.timeout(checkMs)
      try {
        await orAborted(checkedAddresses(url, allowed, resolve), deadline)
      } catch (error) {
        throw inWords(error, url.hostname, undefined, deadline)
      }
    },
    close: () => agent.destroy(),
  }
}

/** A try that a later one may mend, and that counts against the server. */
const failures = handleWhen(
  error => error instanceof OutgoingError && ['unreachable', 'timeout'].includes(error.fault),
).orWhenResult(answer => isAnswer(answer) && (answer.status >= 500 || answer.status === 429))

function isAnswer(value: unknown): value is OutgoingAnswer {
  return typeof value === 'object' && value !== null && 'status' in value
}

function newCircuit(restMs: number): CircuitBreakerPolicy {
  return circuitBreaker(failures, {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(FAILURES_THAT_OPEN),
  })
}

function parse(text: string): URL {
  const url = URL.parse(text)
  const usable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password
  if (!usable) throw faultOf('url-invalid', '')
  return url
}

/** The request, and those it is redirected to. */
async function hops(
  agent: Agent,
  first: URL,
  request: OutgoingRequest,
  signal: AbortSignal,
  deadline: AbortSignal,
): Promise<OutgoingAnswer> {
  let url = first
  let sent: OutgoingRequest = request
  for (let left = request.redirects ?? 0; ; left--) {
    try {
      const answer = await orAborted(hop(agent, url, sent, signal), signal)
      const to = answer.headers.location
      if (![301, 302, 303, 307, 308].includes(answer.status) || to === undefined) return answer
      if (request.redirects === undefined || request.redirects === 0) return answer
      if (left === 0) throw faultOf('too-many-redirects', first.hostname)
      const next = parse(URL.parse(to, url)?.href ?? '')
      sent = redirected(sent, answer.status, next.origin === url.origin)
      url = next
    } catch (error) {
      throw inWords(error, url.hostname, request.signal, deadline)
    }
  }
}

/** Another origin is not shown what was meant for this one; 301, 302 and 303 make a GET of it, as browsers do. */
function redirected(
  request: OutgoingRequest,
  status: number,
  sameOrigin: boolean,
): OutgoingRequest {
  const { headers, body, ...rest } = request
  const kept = sameOrigin && headers !== undefined ? { headers } : {}
  if (status === 307 || status === 308)
    return { ...rest, ...kept, ...(body === undefined ? {} : { body }) }
  return { ...rest, ...kept, method: 'GET' }
}

async function hop(
  agent: Dispatcher,
  url: URL,
  request: OutgoingRequest,
  signal: AbortSignal,
): Promise<OutgoingAnswer> {
  const answer = await undiciRequest(url, {
    dispatcher: agent,
    method: request.method,
    headers: { 'user-agent': 'Kade', ...request.headers },
    body: request.body ?? null,
    signal,
  })
  const bytes = await readBody(answer.body, request.maxBytes ?? MAX_BYTES)
  if (bytes.more && request.excess !== 'cut') throw faultOf('answer-too-large', url.hostname)
  const headers = Object.entries(answer.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? (value[0] ?? '') : (value ?? ''),
  ])
  return { status: answer.statusCode, headers: Object.fromEntries(headers), body: bytes.text }
}

async function openStream(
  agent: Dispatcher,
  request: OutgoingStreamRequest,
): Promise<OutgoingStream> {
  const { signal, silenceMs } = request
  const url = parse(request.url)
  const deadline = AbortSignal.timeout(request.deadlineMs ?? DEADLINE_MS)
  const told = (error: unknown) => inWords(error, url.hostname, signal, deadline)
  // The deadline is for the beginning alone, so it ends the waiting and not the answer.
  const answer = undiciRequest(url, {
    dispatcher: agent,
    method: 'GET',
    headers: { 'user-agent': 'Kade', ...request.headers },
    signal,
    bodyTimeout: silenceMs,
  })
  try {
    const { statusCode, body } = await orAborted(answer, AbortSignal.any([signal, deadline]))
    return { status: statusCode, body: inTime(body, told) }
  } catch (error) {
    answer.then(
      late => late.body.destroy(),
      () => undefined,
    )
    throw told(error)
  }
}

async function* inTime(
  body: AsyncIterable<Uint8Array>,
  told: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw told(error)
  }
}

/** What the caller may see of a failure. That the caller ended it is no fault of the server. */
function inWords(
  error: unknown,
  host: string,
  callers: AbortSignal | undefined,
  deadline: AbortSignal,
): unknown {
  if (callers?.aborted) return callers.reason
  if (error instanceof OutgoingError) return error
  if (deadline.aborted) return faultOf('timeout', host, error)
  if (error instanceof BrokenCircuitError) return faultOf('circuit-open', host)
  return faultOf('unreachable', host, error)
}
