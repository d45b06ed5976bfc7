/**
 * A stream down to a worker: one JSON message a line, an empty line when there is nothing to say. It ends when the credential
 * does, when the worker does not read it or is not heard any more, and when the door closes; the worker comes back.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { PlatformError } from '#platform/errors.ts'
import { lineEvery, type Opening } from '#platform/federation/carriers/https-messages.ts'
import type { WorkerStreams } from '#platform/federation/carriers/https-streams.ts'
import { findWorkerCredential, type KnownWorker } from '#platform/governance/worker-credentials.ts'
import type { Door } from './door.ts'
import { writeWhenTaken } from './event-stream.ts'
import { holdOpen } from './held-stream.ts'
import { limits } from './limits.ts'

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
  const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
  const still = {
    text: '\n',
    every: lineEvery,
    alive: () => findWorkerCredential(door.database, token),
  }
  const held = { door, request, reply, still, open: openStreams, by: credential }
  const contentType = 'application/x-ndjson'
  const brokeOff = 'The stream to a worker broke off'
  return holdOpen({ ...held, contentType, brokeOff }, (output, signal, over) => {
    const { serves, clusters } = opening
    const send = (message: object) =>
      writeWhenTaken(output, `${JSON.stringify(message)}\n`, signal).catch(error => {
        // Half a line may have gone out.
        over()
        throw error
      })
    return streams.hold({ worker, serves, clusters, send, signal })
  })
}
