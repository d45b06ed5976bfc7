/**
 * What the door tells the audit. Whatever is asked runs together with who asks, from where and by which request, so that each event
 * that comes of it has that beside it. Refusals are written down here, and so is, before it is done, what leaves no event of its own.
 */
import type { FastifyRequest } from 'fastify'
import { contract, type RouteName } from '#api/contract.ts'
import { type ProblemCode, problemStatus } from '#api/problem.ts'
import type { Route } from '#api/route.ts'
import type { PlatformError } from '#platform/errors.ts'
import { type Asked, whileAsked } from '#platform/events/asked.ts'
import { anonymous } from '#platform/governance/audit/door-lines.ts'
import { teamConcerned } from '#platform/governance/team-concerned.ts'
import type { Actor } from '#platform/platform.ts'
import type { Door } from './door.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the contract. */
    routeName?: RouteName
  }
}

/** Changes whose own transaction has an event that says who did what: the audit follows from that. For any other the door writes a line. */
const ownEvents: ReadonlySet<RouteName> = new Set([
  'signIn',
  'addApp',
  'removeApp',
  'cordonCluster',
  'uncordonCluster',
  'drainCluster',
  'detachCluster',
  'createWorkerCredential',
  'revokeWorkerCredential',
  'createNamespace',
  'spreadNamespace',
  'setQuota',
  'removeQuota',
  'createDeployment',
  'updateDeployment',
  'deleteDeployment',
  'restartDeployment',
  'rollbackDeployment',
  'moveDeployment',
  'setFailover',
  'revealSecret',
  'createComposition',
  'updateComposition',
  'deleteComposition',
  'cancelOperation',
  'continueOperation',
  'retryOperation',
  'requestApproval',
  'giveApproval',
  'refuseApproval',
  'withdrawApproval',
  'createWebhook',
  'changeWebhook',
  'deleteWebhook',
  'testWebhook',
])

/** Answers that say no to somebody, in contrast to those that say that something was asked in the wrong way. */
const refusals: ReadonlySet<ProblemCode> = new Set([
  'unauthenticated',
  'forbidden',
  'policy-denied',
  'quota-exceeded',
  'no-placement',
  'module-refused',
  'too-many-requests',
])

/** What is there is said not to be to who may not see it. */
const hides: ReadonlySet<ProblemCode> = new Set(['not-found', 'namespace-unknown'])

/** Runs what a route does, as something that somebody asked for. Rejects, with nothing done, where its line cannot be written. */
export async function runAsked<T>(
  { audit, may }: Pick<Door, 'audit' | 'may'>,
  name: RouteName,
  request: FastifyRequest,
  run: () => Promise<T>,
): Promise<T> {
  const asked = askedOf(request)
  const route: Route = contract[name]
  const { caller } = request
  // Who may not is refused by the route itself, which writes that down.
  if (caller && wantsLine(name, route) && may(caller.actor, route.action, { team: null }))
    await audit.allowed(asked, thingOf(request))
  return whileAsked(asked, run)
}

/** That somebody took the audit along is told too; what a person has read of the notifications is their own business. */
function wantsLine(name: RouteName, route: Route): boolean {
  if (name === 'exportAudit') return true
  return changes(route) && !ownEvents.has(name) && route.action !== 'notification.change'
}

function changes(route: Route): boolean {
  return route.method !== 'GET' && (!route.action.endsWith('.read') || route.method === 'DELETE')
}

/** Writes down that a request was refused, where the audit wants to know. Never rejects: the answer stays what it is. */
export async function tellRefusal(
  door: Pick<Door, 'audit' | 'may' | 'database'>,
  request: FastifyRequest,
  error: PlatformError,
): Promise<void> {
  const policies = [...new Set((error.details.findings ?? []).map(finding => finding.policy))]
  try {
    const result = resultOf(routeOf(request), error.code)
    if (!result && !(hides.has(error.code) && (await isForeign(door, request)))) return
    await door.audit.refused(askedOf(request), {
      ...thingOf(request),
      result: result ?? 'deny',
      code: error.code,
      ...(policies.length > 0 ? { policies } : {}),
    })
  } catch (cause) {
    request.log.error({ requestId: request.id, err: cause }, 'A refusal is missing in the audit')
  }
}

function resultOf(route: Route | undefined, code: ProblemCode): 'deny' | 'error' | undefined {
  if (refusals.has(code)) return 'deny'
  if (!route || !changes(route)) return undefined
  // What one may not see looks as if it were not there: of who wants to change it, either is told.
  if (code === 'not-found') return 'deny'
  return problemStatus[code] >= 500 ? 'error' : undefined
}

/** Whether somebody asked to see what is there, and not theirs to see. */
async function isForeign(
  { may, database }: Pick<Door, 'may' | 'database'>,
  request: FastifyRequest,
): Promise<boolean> {
  const route = routeOf(request)
  const { caller } = request
  if (!route || !caller) return false
  const team = await teamConcerned(database, request)
  return typeof team === 'string' && !may(caller.actor, route.action, { team })
}

function routeOf(request: FastifyRequest): Route | undefined {
  const name = request.routeOptions.config?.routeName
  return name && contract[name]
}

function askedOf(request: FastifyRequest): Asked {
  const { caller, worker } = request
  const actor = caller
    ? { id: caller.actor.id, roles: rolesOf(caller.actor), via: caller.actor.via }
    : worker
      ? { id: worker.credential, roles: ['worker'], via: 'api' }
      : { id: anonymous, roles: [], via: 'api' }
  return {
    request: request.id,
    action: routeOf(request)?.action ?? (worker ? 'worker.serve' : 'none'),
    actor,
    origin: { ip: request.ip, client: clientOf(request) },
  }
}

function rolesOf({ roles, memberships = {} }: Actor): string[] {
  return [...roles, ...Object.entries(memberships).map(([team, role]) => `${role}@${team}`)]
}

/** What the other side says that it is: nobody has checked it, so it is cut to what can do no harm. */
function clientOf(request: FastifyRequest): string {
  const said = request.headers['user-agent'] ?? 'unknown'
  return said.replace(/[^\x20-\x7e]/g, '').slice(0, 120)
}

/** What a request is about, by its address; where that names nothing, by the names in its body. */
function thingOf(request: FastifyRequest): {
  object: { kind: string; id: string }
  namespace?: string
} {
  const route = routeOf(request)
  if (!route) return { object: { kind: 'request', id: request.routeOptions.url ?? 'none' } }
  const kind = route.action.split('.')[0] ?? route.tag
  if (!request.caller) return { object: { kind, id: 'unknown' } }
  const given = { ...fieldsOf(request.body), ...fieldsOf(request.params) }
  const names = [...Object.keys(fieldsOf(request.params)), 'namespace', 'name', 'app']
  const parts = [...new Set(names)].flatMap(name => nameIn(given[name]))
  const [namespace] = nameIn(given.namespace)
  return {
    object: { kind, id: parts.slice(0, 3).join('/') || 'all' },
    ...(namespace ? { namespace } : {}),
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** A name, not what somebody may have put in its place. */
function nameIn(value: unknown): string[] {
  return typeof value === 'string' && /^[A-Za-z0-9][-.\w]{0,127}$/.test(value) ? [value] : []
}
