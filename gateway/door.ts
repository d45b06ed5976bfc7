import type { FastifyRequest } from 'fastify'
import { type Action, isAction, type Route } from '#api/route.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { EventViews } from '#platform/events/event-views.ts'
import type { DoorLines } from '#platform/governance/audit/door-lines.ts'
import type { Post } from '#platform/governance/identity/links.ts'
import type { SingleSignOn } from '#platform/governance/identity/single-sign-on.ts'
import { narrowed, rolesWith } from '#platform/governance/may.ts'
import { namesOfRoles } from '#platform/governance/role-texts.ts'
import { teamConcerned } from '#platform/governance/team-concerned.ts'
import type { Actor, May, Platform } from '#platform/platform.ts'
import type { Caller } from './caller.ts'
import { notFound } from './problems.ts'

/** What every part of the door works with. */
export type Door = {
  readonly platform: Platform
  readonly database: Database
  readonly events: EventViews
  readonly may: May
  readonly audit: DoorLines
  readonly secure: boolean
  /** How links reach people by e-mail; absent where they do not. */
  readonly post: Post | undefined
  /** The identity provider of the organisation, where there is one. */
  readonly singleSignOn: SingleSignOn | undefined
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

/** Refuses an action that no role of the actor includes: a thing that has a name then looks as if it did not exist. */
export function demand(may: May, actor: Actor, route: Route): void {
  if (may(actor, route.action, { team: null })) return
  if (route.params) throw notFound()
  throw lacking(route.action)
}

/**
 * The actor of a call, reaching only the teams in which it may do this. Who sees the thing that is named and may not do this to
 * it hears who may (`forbidden`); who does not see it gets the answer that a thing gets which is not there.
 */
export async function authorise(
  door: Pick<Door, 'may' | 'database'>,
  actor: Actor,
  route: Route,
  call: { readonly params: unknown; readonly body: unknown },
): Promise<Actor> {
  const { action } = route
  const team = await teamConcerned(door.database, call)
  const scope = { team: team ?? null }
  if (!door.may(actor, action, scope)) {
    if (team !== null && door.may(actor, readingOf(action), scope)) throw lacking(action, team)
    demand(door.may, actor, route)
  }
  return narrowed(door.may, actor, action)
}

/** Whoever may do this sees what it is done to. */
function readingOf(action: Action): Action {
  const reading = `${action.split('.')[0]}.read`
  return isAction(reading) ? reading : 'deployment.read'
}

function lacking(action: Action, team?: string): PlatformError {
  const who = namesOfRoles(rolesWith(action))
  return new PlatformError(
    'forbidden',
    {
      en: team
        ? `Your role in team ${team} does not include this.`
        : 'Your role does not include this.',
      nl: team ? `Je rol in team ${team} omvat dit niet.` : 'Je rol omvat dit niet.',
    },
    {
      next: {
        en: `Ask somebody who can: ${who.en}.`,
        nl: `Vraag het iemand die het kan: ${who.nl}.`,
      },
    },
  )
}
