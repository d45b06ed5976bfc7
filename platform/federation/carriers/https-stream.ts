/** The worker's side of a stream: opened again, with growing pauses and jitter, until it is stopped. */
import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import { OutgoingError, type OutgoingStream } from '../../adapters/outgoing/outgoing.ts'
import { HubUnreachable } from '../../orchestration/worker-hub.ts'
import { asError, bearer, type CallerOptions, isRefused, parsed, refusal } from './https-calls.ts'
import { readDown, type Unknown } from './https-down.ts'
import {
  type Down,
  longestLine,
  type Opening,
  protocol,
  silentAfter,
  workerPath,
} from './https-messages.ts'

/** Milliseconds that opening one waits for its first message before it goes on in the background. */
const patience = 3_000

/** The stream by which something came; its gateway forgets all about it when it ends. */
export type LiveStream = {
  readonly id: string
  /** By which it was opened: the gateway takes replies by no other. */
  readonly authorization: string
  readonly isLive: () => boolean
}

type StreamOptions = CallerOptions & {
  readonly opening: Omit<z.input<typeof Opening>, 'protocol'>
  readonly onMessage: (message: Down, stream: LiveStream) => void
  /** Something came that is newer than this worker. */
  readonly onUnknown: (unknown: Unknown, stream: LiveStream) => void
  /** A stream of a gateway of this protocol is open. */
  readonly onOpened: (protocol: number) => void
  /** After each empty line. */
  readonly onLine: (stream: LiveStream) => void
  readonly log: (message: string, error?: unknown) => void
}

/** Follows a stream; resolves when it is open, or after three seconds, and gives back what stops it. */
export async function followStream(options: StreamOptions): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const signal = AbortSignal.any([options.signal, stopping.signal])
  const opened = Promise.withResolvers<void>()
  const running = keepOpen(options, signal, opened.resolve)
  await Promise.race([opened.promise, delay(patience, undefined, { signal, ref: false })]).catch(
    () => {},
  )
  return async () => {
    stopping.abort(new Error('This worker is stopping.'))
    await running
  }
}

async function keepOpen(
  options: StreamOptions,
  signal: AbortSignal,
  opened: () => void,
): Promise<void> {
  let failed = 0
  while (!signal.aborted) {
    try {
      await readOnce(options, signal, () => {
        failed = 0
        opened()
      })
    } catch (error) {
      if (signal.aborted) return
      const away = error instanceof HubUnreachable
      options.heard(isRefused(error) ? 'refusal' : away ? 'nothing' : 'answer', asError(error))
      if (!away && !isRefused(error)) options.log('A stream of the gateway broke off.', error)
    }
    failed += 1
    await delay(options.pause(failed), undefined, { signal }).catch(() => {})
  }
}

async function readOnce(
  options: StreamOptions,
  signal: AbortSignal,
  opened: () => void,
): Promise<void> {
  const { outgoing, gateway, opening } = options
  const query = new URLSearchParams({ ...opening, protocol: String(protocol) })
  const authorization = await bearer(options)
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  try {
    const answer = await unlessAway(
      outgoing.open({
        url: `${gateway}${workerPath}/stream?${query}`,
        headers: { authorization },
        silenceMs: silentAfter,
        signal: either,
      }),
    )
    if (answer.status !== 200) throw refusal(answer.status, parsed(await all(answer)))
    const isLive = () => !over.signal.aborted
    let stream: LiveStream = { id: '', authorization, isLive }
    for await (const line of linesOf(answer)) {
      options.heard('answer')
      if (line === '') {
        // Another credential is in the file: it opens the next stream before this one is revoked.
        if ((await bearer(options).catch(() => authorization)) !== authorization) return
        options.onLine(stream)
      } else {
        const message = readDown(parsed(line))
        if (message.type === 'unknown') options.onUnknown(message, stream)
        else if (message.type === 'opened') {
          stream = { id: message.stream, authorization, isLive }
          options.onOpened(message.protocol)
          opened()
        } else options.onMessage(message, stream)
      }
    }
  } finally {
    over.abort()
  }
}

async function* linesOf({ body }: OutgoingStream): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true })
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        yield text.slice(0, end)
        text = text.slice(end + 1)
      }
      if (text.length > longestLine) throw new Error('A message of the gateway is too long.')
    }
  } catch (error) {
    throw error instanceof OutgoingError ? new HubUnreachable(error.message) : error
  }
}

/** A refusal, which is short. */
async function all(answer: OutgoingStream): Promise<string> {
  let text = ''
  for await (const line of linesOf(answer)) {
    text += line
    if (text.length > 64 * 1024) break
  }
  return text
}

async function unlessAway<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof OutgoingError) throw new HubUnreachable(error.message, { cause: error })
    throw error
  }
}
