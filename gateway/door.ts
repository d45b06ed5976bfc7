import type { FastifyRequest } from 'fastify'
import type { Route } from '#api/route.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { EventViews } from '#platform/events/event-views.ts'
import type { Actor, May, Platform } from '#platform/platform.ts'
import type { Caller } from './caller.ts'
import { notFound } from './problems.ts'

/** What every part of the door works with. */
export type Door = {
  readonly platform: Platform
  readonly database: Database
  readonly events: EventViews
  readonly may: May
  readonly secure: boolean
  /** Version of the API, semantic. */
  readonly version: string
  /** Aborted when the door closes: streams end. */
  readonly closing: AbortSignal
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined
  }
}

/** The caller that the authentication hook found. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller)
    throw new PlatformError('unauthenticated', {
      en: 'The request shows no valid credential.',
      nl: 'Het verzoek toont geen geldig bewijs van aanmelding.',
    })
  return request.caller
}

/** Refuses an action the actor may not do: a thing that has a name then looks as if it did not exist. */
export function demand(may: May, actor: Actor, route: Route): void {
  if (may(actor, route.action, { team: null })) return
  if (route.params) throw notFound()
  throw new PlatformError('forbidden', {
    en: `Your role "${actor.role}" does not include this.`,
    nl: `Je rol "${actor.role}" omvat dit niet.`,
  })
}
