import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Route } from '#api/route.ts'
import { PlatformError } from '#platform/errors.ts'
import { type AuditQuery, exportAudit as linesOf } from '#platform/governance/audit/queries.ts'
import { readableBy } from '#platform/governance/audit/readable.ts'
import { findSession } from '#platform/governance/sessions.ts'
import { callerOf, type Door, demand } from './door.ts'
import { limits } from './limits.ts'
import { parseCall } from './parse-call.ts'

const open = new Map<string, number>()
/** After so many lines it is looked at again whether the session still lives. */
const LOOK_EVERY = 500

/** Answers with every line of the audit that the caller may read, oldest first. One that breaks off ends without its last chunk. */
export async function exportAudit(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor, token } = callerOf(request)
  demand(door.may, actor, route)
  const { params, query, body } = request
  const call = parseCall(route, { params, query, body, ifMatch: undefined })
  const running = open.get(actor.id) ?? 0
  if (running >= limits.exportsPerAccount)
    throw new PlatformError(
      'too-many-requests',
      {
        en: `${running} exports of yours are running, and there may be ${limits.exportsPerAccount}.`,
        nl: `Er lopen al ${running} exports van jou, en er mogen er ${limits.exportsPerAccount} lopen.`,
      },
      { retryAfter: 10 },
    )
  open.set(actor.id, running + 1)
  // Parsed by the route's own query schema just above.
  const lines = linesOf(door.database, readableBy(actor), (call.query ?? {}) as AuditQuery)
  const stream = Readable.from(whileKnown(door, token, lines), { objectMode: false })
  stream.on('close', () => {
    const left = (open.get(actor.id) ?? 1) - 1
    if (left > 0) open.set(actor.id, left)
    else open.delete(actor.id)
  })
  return reply.type('application/x-ndjson; charset=utf-8').send(stream)
}

async function* whileKnown(
  door: Door,
  token: string,
  lines: AsyncIterable<string>,
): AsyncGenerator<string> {
  let count = 0
  for await (const line of lines) {
    count += 1
    if (count % LOOK_EVERY === 0 && !(await findSession(door.database, token)))
      throw new Error('The session ended while its export was running.')
    yield `${line}\n`
  }
}
