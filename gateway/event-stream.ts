/**
 * Server-sent events: `id:` the cursor, `event:` the bare name, `data:` an `EventView`. A browser that comes back sends
 * `Last-Event-ID` and misses nothing. Every 5 seconds a comment goes out, and the session is looked at again: a stream
 * outlives the session that opened it by no more than that. A reader too slow for its events is cut off, and comes back.
 */
import type { Writable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventView } from '#api/events.ts'
import type { Route } from '#api/route.ts'
import { PlatformError } from '#platform/errors.ts'
import { findSession, type OpenSession } from '#platform/governance/sessions.ts'
import { callerOf, type Door, demand } from './door.ts'
import { holdOpen } from './held-stream.ts'
import { limits } from './limits.ts'
import { parseCall } from './parse-call.ts'

const openStreams = new Map<string, number>()

type Filter = { namespace?: string | undefined; name?: string | undefined }

/** Answers with the events from now on, or from `Last-Event-ID` on, until either side goes away. */
export async function streamEvents(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor, token, session } = callerOf(request)
  demand(door.may, actor, route)
  const rights = rightsOf(session)
  const { params, query, body } = request
  const call = parseCall(route, { params, query, body, ifMatch: undefined })
  // Parsed by the route's own query schema just above.
  const filter = (call.query ?? {}) as Filter
  const open = openStreams.get(actor.id) ?? 0
  if (open >= limits.streamsPerAccount)
    throw new PlatformError(
      'too-many-requests',
      {
        en: `You have ${open} event streams open, and may have ${limits.streamsPerAccount}.`,
        nl: `Je hebt ${open} gebeurtenissenstromen open en mag er ${limits.streamsPerAccount} hebben.`,
      },
      {
        next: {
          en: 'Close some windows of the portal.',
          nl: 'Sluit een paar vensters van het portaal.',
        },
        retryAfter: 30,
      },
    )
  // Fixed before the answer begins: what happens after its first byte is not missed, whatever breaks.
  const after = await door.events.start(request.headers['last-event-id']?.toString() || undefined)
  const still = {
    text: ': still here\n\n',
    every: limits.heartbeatMs,
    // Who has other rights by now comes back, and then follows with those.
    alive: async () => rightsOf(await findSession(door.database, token)) === rights,
  }
  const held = { door, request, reply, still, open: openStreams, by: actor.id }
  const contentType = 'text/event-stream; charset=utf-8'
  const brokeOff = 'An event stream broke off'
  return holdOpen({ ...held, contentType, brokeOff }, async (output, signal) => {
    output.write(`retry: 2000\nid: ${after}\n\n`)
    const sees = (team: string | null) => door.may(actor, route.action, { team })
    for await (const event of door.events.follow({ after, signal, sees }))
      if (concerns(event, filter)) await writeWhenTaken(output, frame(event), signal)
  })
}

function rightsOf(session: OpenSession | undefined): string | undefined {
  return session && JSON.stringify([session.account.roles, session.account.memberships])
}

function concerns(event: EventView, filter: Filter): boolean {
  return (
    (filter.namespace === undefined || event.namespace === filter.namespace) &&
    (filter.name === undefined || event.deployment === filter.name)
  )
}

/** One event as the stream carries it. A JSON text has no line break, so one `data:` line holds it. */
export function frame(event: EventView): string {
  return `id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event)}\n\n`
}

/** Resolves when the reader took it; rejects when it does not within the idle limit, or is gone, also before this was called. */
export async function writeWhenTaken(
  output: Writable,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  // What is over, or gone, tells of it no second time.
  signal.throwIfAborted()
  if (output.destroyed) throw new Error('The reader is gone.')
  if (output.write(text)) return
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.idleConnectionMs)])
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      output.off('drain', onDrain)
      reject(patience.reason)
    }
    const onDrain = () => {
      patience.removeEventListener('abort', onAbort)
      resolve()
    }
    output.once('drain', onDrain)
    patience.addEventListener('abort', onAbort, { once: true })
  })
}
