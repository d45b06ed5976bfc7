import type { z } from 'zod'
import type { Contract, RouteName } from '#api/contract.ts'
import type { InstallationRole, TeamRole } from '#api/roles.ts'
import type { Action, Route } from '#api/route.ts'
import type { TokenScope } from '#api/tokens.ts'

/** Who asks, through which door. People are named by account id. */
export type Actor = {
  readonly id: string
  readonly roles: readonly (InstallationRole | 'worker')[]
  /** Its role in each of its own teams. */
  readonly memberships?: Readonly<Record<string, TeamRole>>
  /** The teams whose things it reaches. The door leaves those in which the actor may do what is asked, and no other. */
  readonly teams: readonly string[]
  /** Of a token: what it is for, of all that its account may. */
  readonly scope?: TokenScope
  /** Of a worker: those that its credential names. */
  readonly clusters?: readonly string[]
  readonly via: 'portal' | 'cli' | 'api' | 'ci' | 'git' | 'platform'
}

/** Routes that the door answers by itself: they concern the session, not the platform. */
export type DoorRoute =
  | 'signIn'
  | 'readSession'
  | 'signOut'
  | 'createSignInLink'
  | 'streamEvents'
  | 'exportAudit'
  | 'readSignInWays'
  | 'startSingleSignOn'
  | 'finishSingleSignOn'
  | 'lookAtInvitation'
  | 'register'
  | 'forgotPassword'
  | 'resetPassword'
  | 'verifyEmail'
  | 'startDeviceLogin'
  | 'askDeviceLogin'
  | 'changePassword'
  | 'listSessions'

type OutputOf<R extends Route, K extends 'params' | 'query' | 'body'> =
  R extends Record<K, z.ZodType>
    ? undefined extends z.output<R[K]>
      ? { readonly [P in K]?: z.output<R[K]> }
      : { readonly [P in K]: z.output<R[K]> }
    : unknown

type AnswerOf<R extends Route> = {
  [S in keyof R['answers']]: R['answers'][S] extends z.ZodType
    ? z.output<R['answers'][S]>
    : undefined
}[keyof R['answers']]

/** A parsed request. `ifMatch` is the etag a conditional change holds on to. */
export type Call<R extends Route> = OutputOf<R, 'params'> &
  OutputOf<R, 'query'> &
  OutputOf<R, 'body'> & { readonly ifMatch?: string; readonly idempotencyKey?: string }

/**
 * What the product can do, as functions: one per route of the contract, with parsed input. The caller has been
 * authenticated and `may` has been asked. Refusals and failures are thrown as `PlatformError`.
 */
export type Platform = {
  readonly [N in Exclude<RouteName, DoorRoute>]: (
    actor: Actor,
    call: Call<Contract[N]>,
  ) => Promise<AnswerOf<Contract[N]>>
}

/** What an action concerns; `team` is null where it concerns no team's things, and `cluster` absent where it concerns no cluster's. */
export type Scope = { readonly team: string | null; readonly cluster?: string }

export type May = (actor: Actor, action: Action, scope: Scope) => boolean
