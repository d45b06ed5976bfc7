import type { z } from 'zod'
import { type Contract, contract, type RouteName } from './contract.ts'
import { Problem } from './problem.ts'
import type { Route } from './route.ts'

type InputOf<T> = T extends z.ZodType ? z.input<T> : never
type Part<R extends Route, K extends 'params' | 'query' | 'body'> =
  R extends Record<K, z.ZodType>
    ? K extends 'query'
      ? { [P in K]?: InputOf<R[K]> }
      : undefined extends InputOf<R[K]>
        ? { [P in K]?: InputOf<R[K]> }
        : { [P in K]: InputOf<R[K]> }
    : unknown
type AnswerOf<R extends Route> = {
  [S in keyof R['answers']]: R['answers'][S] extends z.ZodType
    ? z.infer<R['answers'][S]>
    : undefined
}[keyof R['answers']]

/** What a call takes: the parts its route names, and headers for the conditional ones. */
export type CallInput<R extends Route> = Part<R, 'params'> &
  Part<R, 'query'> &
  Part<R, 'body'> & { ifMatch?: string; idempotencyKey?: string; signal?: AbortSignal }

export type Client = {
  [N in RouteName]: (input: CallInput<Contract[N]>) => Promise<AnswerOf<Contract[N]>>
}

/** Kade answered with a problem: `problem` says what, why and what to do. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`)
    this.problem = problem
  }
}

export type ClientOptions = {
  /** Where Kade is, without `/api/v1`; empty for the page's own origin. */
  url: string
  /** Sent with every call; a function is asked each time. */
  headers?: () => Record<string, string>
  fetch?: typeof fetch
}

/**
 * The typed client of the HTTP API: one function per route of the contract.
 * Throws `ProblemError` for an RFC 9457 answer; errors of the network pass through as `fetch` throws them.
 */
export function createClient(options: ClientOptions): Client {
  const call = options.fetch ?? fetch
  const entries = Object.entries(contract).map(([name, route]) => [
    name,
    (input: LooseInput) => send(call, options, route, input),
  ])
  // The entries have exactly the names and shapes of the contract, which `fromEntries` cannot express.
  return Object.fromEntries(entries) as Client
}

type LooseInput = {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  ifMatch?: string
  idempotencyKey?: string
  signal?: AbortSignal
}

async function send(call: typeof fetch, options: ClientOptions, route: Route, input: LooseInput) {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers?.() }
  if (input.ifMatch) headers['if-match'] = input.ifMatch
  if (input.idempotencyKey) headers['idempotency-key'] = input.idempotencyKey
  if (input.body !== undefined) headers['content-type'] = 'application/json'
  const response = await call(options.url + pathOf(route, input), {
    method: route.method,
    headers,
    credentials: 'same-origin',
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(input.signal ? { signal: input.signal } : {}),
  })
  if (response.status === 204) return undefined
  const answer: unknown = await response.json()
  if (response.ok) return answer
  throw new ProblemError(Problem.parse(answer))
}

/** `/api/v1/deployments/team-a/chat?data=keep` of a route and its input; a list stands there once per value. */
export function pathOf(route: Route, input: LooseInput): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(String(input.params?.[name])),
  )
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(input.query ?? {}))
    for (const one of [value].flat()) if (one !== undefined) query.append(key, String(one))
  const search = query.toString()
  return `/api/v1${path}${search ? `?${search}` : ''}`
}
