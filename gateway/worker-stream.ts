/**
 * A stream down to a worker: one JSON message a line, an empty line when there is nothing to say. It ends when the credential
 * does, when the worker does not read it or is not heard any more, and when the door closes; the worker comes back.
 */
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { PlatformError } from '#platform/errors.ts'
import { lineEvery, type Opening } from '#platform/federation/carriers/https-messages.ts'
import type { WorkerStreams } from '#platform/federation/carriers/https-streams.ts'
import { findWorkerCredential, type KnownWorker } from '#platform/governance/worker-credentials.ts'
import type { Door } from './door.ts'
import { writeWhenTaken } from './event-stream.ts'
import { limits } from './limits.ts'
import { apiHeaders } from './security-headers.ts'

const openStreams = new Map<string, number>()

type Held = { readonly worker: KnownWorker; readonly opening: z.output<typeof Opening> }

export async function holdStream(
  door: Door,
  streams: WorkerStreams,
  { worker, opening }: Held,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { credential } = worker
  const open = openStreams.get(credential) ?? 0
  if (open >= limits.streamsPerWorkerCredential)
    throw new PlatformError('too-many-requests', 'The credential has too many streams open.', {
      next: 'Give each worker a credential of its own.',
      retryAfter: 30,
    })
  openStreams.set(credential, open + 1)
  const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
  reply.hijack()
  const output = reply.raw
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, door.closing])
  output.on('close', () => over.abort())
  output.on('error', () => over.abort())
  try {
    output.writeHead(200, {
      ...apiHeaders(door.secure, door.version),
      'content-type': 'application/x-ndjson',
      'x-accel-buffering': 'no',
      connection: 'close',
    })
    const alive = () => findWorkerCredential(door.database, token)
    void keepAlive(output, alive, signal).finally(() => over.abort())
    const { serves, clusters } = opening
    const send = (message: object) =>
      writeWhenTaken(output, `${JSON.stringify(message)}\n`, signal).catch(error => {
        // Half a line may have gone out.
        over.abort()
        throw error
      })
    await streams.hold({ worker, serves, clusters, send, signal })
  } catch (error) {
    if (!signal.aborted) request.log.warn({ err: error }, 'The stream to a worker broke off')
  } finally {
    over.abort()
    output.end()
    const left = (openStreams.get(credential) ?? 1) - 1
    if (left > 0) openStreams.set(credential, left)
    else openStreams.delete(credential)
  }
  return reply
}

/** Ends when the credential does, when it cannot be looked up any more, or with the signal. */
async function keepAlive(
  output: ServerResponse,
  alive: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await delay(lineEvery, undefined, { signal })
      if (!(await alive())) return
      output.write('\n')
    }
  } catch {
    // Aborted, or the database is away: the worker comes back by itself.
  }
}
