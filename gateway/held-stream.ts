import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Door } from './door.ts'
import { apiHeaders } from './security-headers.ts'

type Held = {
  readonly door: Door
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Counts the streams of whoever opened it. */
  readonly open: Map<string, number>
  readonly by: string
  readonly contentType: string
  /** What goes out every so many milliseconds, as long as `alive` finds what it looks for. */
  readonly still: {
    readonly text: string
    readonly every: number
    alive(): Promise<unknown>
  }
  /** What the log says where it ends by an error. */
  readonly brokeOff: string
}

/**
 * Answers with a stream that `fill` writes, until either side goes away, the door closes, `alive` finds nothing or cannot look, or
 * `fill` is through. `over` ends it.
 */
export async function holdOpen(
  { door, request, reply, open, by, contentType, still, brokeOff }: Held,
  fill: (output: ServerResponse, signal: AbortSignal, over: () => void) => Promise<void>,
): Promise<FastifyReply> {
  open.set(by, (open.get(by) ?? 0) + 1)
  reply.hijack()
  const output = reply.raw
  const ending = new AbortController()
  const over = () => ending.abort()
  const signal = AbortSignal.any([ending.signal, door.closing])
  output.on('close', over)
  output.on('error', over)
  signal.addEventListener('abort', () => output.end())
  try {
    output.writeHead(200, {
      ...apiHeaders(door.secure, door.version),
      'content-type': contentType,
      'x-accel-buffering': 'no',
      connection: 'close',
    })
    void keepAlive(output, still, signal).finally(over)
    await fill(output, signal, over)
  } catch (error) {
    if (!signal.aborted) request.log.warn({ err: error }, brokeOff)
  } finally {
    over()
    output.end()
    const left = (open.get(by) ?? 1) - 1
    if (left > 0) open.set(by, left)
    else open.delete(by)
  }
  return reply
}

async function keepAlive(
  output: ServerResponse,
  { text, every, alive }: Held['still'],
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await delay(every, undefined, { signal })
      if (!(await alive())) return
      output.write(text)
    }
  } catch {
    // Aborted, or the database is away: the other side comes back by itself.
  }
}
