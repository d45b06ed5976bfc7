/**
 * The door for workers without a database: they dial in, and show a credential that names their clusters. It is a door of its own
 * beside the API: a person's token opens nothing here, and a worker's nothing there.
 *
 *   who is asking (401) → how often (429) → `may` of each cluster named (403, and a line in the log) → parse (400) → the platform
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { PlatformError } from '#platform/errors.ts'
import type { WorkerDoor } from '#platform/federation/carriers/https-door.ts'
import {
  Opening,
  type WorkerCall,
  workerCalls,
  workerPath,
} from '#platform/federation/carriers/https-messages.ts'
import { findWorkerCredential, type KnownWorker } from '#platform/governance/worker-credentials.ts'
import type { Actor } from '#platform/platform.ts'
import { violationsOf } from '#platform/violations-of.ts'
import type { Door } from './door.ts'
import type { Counters } from './guard.ts'
import { holdStream } from './worker-stream.ts'

declare module 'fastify' {
  interface FastifyRequest {
    worker: KnownWorker | undefined
  }
}

/** Registers the calls and the stream of workers below `/worker/v1`. */
export async function registerWorkerRoutes(
  app: FastifyInstance,
  door: Door,
  workers: WorkerDoor,
  counters: Counters,
): Promise<void> {
  app.decorateRequest('worker', undefined)
  await app.register(
    async routes => {
      routes.removeContentTypeParser('application/json')
      routes.addContentTypeParser<string>('application/json', { parseAs: 'string' }, parseJson)
      routes.addHook('onRequest', async request => {
        request.worker = await identify(door, request)
        if (request.worker) return await counters.worker(request)
        await counters.stranger(request)
        throw stranger()
      })
      routes.get('/stream', async (request, reply) => {
        const opening = parse(Opening, request.query)
        demandClusters(door, request, opening.clusters, 'stream')
        return holdStream(
          door,
          workers.streams,
          { worker: workerOf(request), opening },
          request,
          reply,
        )
      })
      // The keys of the table are the names of the calls; `Object.entries` widens them to string.
      for (const name of Object.keys(workerCalls) as WorkerCall[])
        routes.post(`/${name}`, { bodyLimit: workerCalls[name].bodyBytes }, (request, reply) =>
          answer(door, workers, name, request, reply),
        )
    },
    { prefix: workerPath },
  )
}

async function answer<N extends WorkerCall>(
  door: Door,
  workers: WorkerDoor,
  name: N,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { body: schema, clustersOf } = workerCalls[name]
  // Each call's own functions take its own body, which TypeScript cannot follow over a union of names.
  const body = parse(schema, request.body) as never
  demandClusters(door, request, (clustersOf as (body: never) => readonly string[])(body), name)
  try {
    const said = await workers.call(workerOf(request), name, body)
    return reply.send({ answer: said ?? null })
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'forbidden') logRefusal(request, name)
    throw error
  }
}

async function identify(door: Door, request: FastifyRequest): Promise<KnownWorker | undefined> {
  const { authorization = '' } = request.headers
  const token = /^Bearer (kade_worker_[\w-]{43})$/i.exec(authorization)?.[1]
  return token === undefined ? undefined : findWorkerCredential(door.database, token)
}

function workerOf(request: FastifyRequest): KnownWorker {
  if (!request.worker) throw stranger()
  return request.worker
}

function stranger(): PlatformError {
  return new PlatformError(
    'unauthenticated',
    {
      en: 'The worker shows no credential that is good.',
      nl: 'De worker toont geen geldige toegangssleutel.',
    },
    {
      next: {
        en: 'Make a new one with kade worker-credentials create, and write its token to the file of the worker.',
        nl: 'Maak een nieuwe met kade worker-credentials create en zet het token in het bestand van de worker.',
      },
    },
  )
}

/** Throws `forbidden` unless all of these are clusters of the credential; who asks for others is written down. */
function demandClusters(
  door: Door,
  request: FastifyRequest,
  named: readonly string[],
  what: string,
): void {
  const { credential, clusters } = workerOf(request)
  const actor: Actor = { id: credential, roles: ['worker'], teams: [], clusters, via: 'api' }
  const foreign = [...new Set(named)].filter(
    cluster => !door.may(actor, 'worker.serve', { team: null, cluster }),
  )
  if (foreign.length === 0) return
  logRefusal(request, what, foreign)
  throw new PlatformError('forbidden', `The credential does not name ${foreign.join(', ')}.`, {
    next: `It is for ${clusters.join(', ')}. Serve these, or make a credential for the others.`,
  })
}

function logRefusal(request: FastifyRequest, what: string, clusters?: readonly string[]): void {
  const { credential } = workerOf(request)
  request.log.warn(
    { requestId: request.id, credential, call: what, ...(clusters ? { clusters } : {}) },
    'A worker asked for what is not of its clusters',
  )
}

/**
 * Bodies of workers may be forty times as large as those of people, so they are not looked through token by token as these are: that
 * would hold up everybody. The schemas keep what they name and nothing else, and the hub makes texts storable.
 */
function parseJson(
  _request: FastifyRequest,
  text: string,
  done: (error: Error | null, body?: unknown) => void,
): void {
  try {
    done(null, JSON.parse(text))
  } catch {
    done(new PlatformError('request-invalid', 'The body is not JSON.'))
  }
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new PlatformError('request-invalid', 'The message of the worker does not fit.', {
    violations: violationsOf(parsed.error.issues, '').slice(0, 20),
    next: 'Run the worker in the version of its gateway.',
  })
}
