import { EventSourceParserStream } from 'eventsource-parser/stream'
import { ProblemError } from '#api/client.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Connection } from './connection.ts'

const POLL_MS = 2_000
const FIRST_LOOK_MS = 250
/** How long Kade may be away during a wait, for a restart. */
const ABSENCE_MS = 60_000

export type WaitOptions = {
  timeoutMs: number
  /** Called for each state, step and thing waited for that is seen. */
  onChange?: (operation: OperationOfDeployment) => void
}

/**
 * Waits until an operation has ended; answers it as it was last seen when the time is over before. The event stream only
 * says when to look: without it, soon and then every two seconds.
 */
export async function waitForOperation(
  connection: Connection,
  started: OperationOfDeployment,
  { timeoutMs, onChange }: WaitOptions,
): Promise<{ operation: OperationOfDeployment; ended: boolean }> {
  const until = Date.now() + timeoutMs
  const over = new AbortController()
  const bell = ring(connection, started, over.signal)
  let operation = started
  let told = ''
  let seenAt = Date.now()
  let pause = FIRST_LOOK_MS
  try {
    for (;;) {
      const waits = (operation.waitsFor ?? []).map(one => one.message.en)
      const now = [operation.state, operation.step, operation.attempt, ...waits].join(' ')
      if (now !== told) onChange?.(operation)
      told = now
      if (hasEnded(operation)) return { operation, ended: true }
      const left = until - Date.now()
      if (left <= 0) return { operation, ended: false }
      await bell.next(Math.min(pause, left))
      pause = POLL_MS
      try {
        operation = await connection.client.readOperation({ params: { operation: started.id } })
        seenAt = Date.now()
      } catch (error) {
        if (isAnswer(error) || Date.now() - seenAt > ABSENCE_MS) throw error
      }
    }
  } finally {
    over.abort()
  }
}

export function hasEnded({ state }: Pick<OperationOfDeployment, 'state'>): boolean {
  return state !== 'queued' && state !== 'running'
}

function isAnswer(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status < 500
}

type Bell = { next(milliseconds: number): Promise<void> }

/** Rings at every event of the operation's deployment. */
function ring(connection: Connection, operation: OperationOfDeployment, signal: AbortSignal): Bell {
  let rung = Promise.withResolvers<void>()
  const { namespace, name } = operation
  void listen(connection, { namespace, name }, signal, () => {
    rung.resolve()
    rung = Promise.withResolvers()
  }).catch(() => {
    // The poll goes on without it.
  })
  return {
    next: async milliseconds => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, milliseconds)
      await Promise.race([promise, rung.promise])
      clearTimeout(timer)
    },
  }
}

async function listen(
  connection: Connection,
  filter: { namespace: string; name: string },
  signal: AbortSignal,
  onEvent: () => void,
): Promise<void> {
  const response = await fetch(`${connection.url}/api/v1/events?${new URLSearchParams(filter)}`, {
    headers: connection.headers(),
    signal,
  })
  if (!response.ok || !response.body) return
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  for await (const _ of events) onEvent()
}
