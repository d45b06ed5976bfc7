import { InstallationRole, type Role, TeamRole } from '#api/roles.ts'
import type { Action } from '#api/route.ts'
import type { Actor, May } from '../platform.ts'
import { isWithin } from './identity/token-scopes.ts'

type Holder = Role | 'worker'

/** Everybody who has an account, with a role or without. */
type Who = 'everybody' | readonly Holder[]

const everyRoleOfATeam = TeamRole.options
const whoBuilds = ['developer', 'team-maintainer'] as const
const whoRunsKade = ['platform-engineer', 'platform-admin'] as const
/** Those who look after what teams do: they see it all, and change none of it. */
const whoOversees = ['security-officer', 'privacy-officer', 'auditor'] as const
const whoDecides = ['security-officer', 'privacy-officer', 'platform-admin'] as const
const whoSees = [...everyRoleOfATeam, ...whoRunsKade, ...whoOversees] as const

/**
 * The one table of rights: action × role. A role of a team reaches the things of that team; a role of the installation those of
 * every team, and what belongs to none; a worker the clusters of its credential. What is not in it is not allowed.
 */
const rights: Readonly<Record<Action, Who>> = {
  'session.open': 'everybody',
  'session.read': 'everybody',
  'session.invite': 'everybody',
  'device-login.decide': 'everybody',
  'profile.read': 'everybody',
  'profile.change': 'everybody',
  'token.read': 'everybody',
  'token.change': 'everybody',
  'account.read': ['team-maintainer', 'platform-admin', ...whoOversees],
  'account.change': ['platform-admin'],
  'invitation.read': ['team-maintainer', 'platform-admin'],
  'invitation.change': ['team-maintainer', 'platform-admin'],
  'team.read': whoSees,
  'team.create': ['platform-admin'],
  'team.change': ['team-maintainer', 'platform-admin'],
  'catalogue.read': 'everybody',
  'catalogue.change': whoRunsKade,
  'cluster.read': whoSees,
  'cluster.change': whoRunsKade,
  'namespace.read': whoSees,
  'namespace.create': ['team-maintainer', ...whoRunsKade],
  'quota.read': whoSees,
  'quota.change': whoRunsKade,
  'deployment.read': whoSees,
  'deployment.create': [...whoBuilds, 'platform-admin'],
  'deployment.update': [...whoBuilds, 'platform-admin'],
  'deployment.delete': [...whoBuilds, 'platform-admin'],
  // Logs may hold personal data of an app's users: who runs the platform does not read them.
  'deployment.logs': [...whoBuilds, 'platform-admin'],
  'deployment.metrics': whoSees,
  // A password is shown to those who use the app; no role of the installation is one of them.
  'secret.reveal': whoBuilds,
  'operation.read': whoSees,
  'operation.change': [...whoBuilds, ...whoRunsKade],
  'approval.read': whoSees,
  'approval.request': [...whoBuilds, 'platform-admin'],
  // Which of them, the policy says; and nobody decides on what they made.
  'approval.decide': whoDecides,
  'approval.withdraw': [...whoBuilds, ...whoDecides],
  'event.read': whoSees,
  'dead-letter.read': whoRunsKade,
  'dead-letter.change': whoRunsKade,
  'notification.read': 'everybody',
  'notification.change': 'everybody',
  'webhook.read': whoBuilds,
  // An address outside that hears what a team does is for the team's maintainer to choose.
  'webhook.change': ['team-maintainer'],
  'worker-credential.read': whoRunsKade,
  'worker-credential.change': whoRunsKade,
  'audit.read': ['team-maintainer', 'platform-admin', ...whoOversees],
  // A person's token takes no worker's part, and a worker's no person's.
  'worker.serve': ['worker'],
}

/**
 * Whether an actor may do something to things of a team; `team: null` asks whether it may ever, or where no team's things are
 * concerned. What one may not see must look as if it did not exist.
 */
export const may: May = (actor, action, scope) => {
  const who = rights[action]
  const foreignCluster = scope.cluster !== undefined && !actor.clusters?.includes(scope.cluster)
  if (actor.roles.includes('worker')) return action === 'worker.serve' && !foreignCluster
  if (actor.scope && !isWithin(actor.scope, action)) return false
  if (who === 'everybody' || actor.roles.some(role => who.includes(role))) return true
  const memberships = actor.memberships ?? {}
  if (scope.team === null) return Object.values(memberships).some(role => who.includes(role))
  const role = Object.hasOwn(memberships, scope.team) ? memberships[scope.team] : undefined
  return role !== undefined && who.includes(role)
}

/** The same actor, reaching only the teams in which it may do this: whatever is looked up for it is then within its rights. */
export function narrowed(may: May, actor: Actor, action: Action): Actor {
  return { ...actor, teams: actor.teams.filter(team => may(actor, action, { team })) }
}

/** Whether an actor may do this to what belongs to any team, and to none. */
export function reachesEverything(actor: Actor, action: Action): boolean {
  const who = rights[action]
  return may(actor, action, { team: null }) && actor.roles.some(role => who.includes(role))
}

/** The roles that include an action: whom a refusal points to. Empty where everybody has it. */
export function rolesWith(action: Action): readonly Role[] {
  const who = rights[action]
  if (who === 'everybody') return []
  return [...TeamRole.options, ...InstallationRole.options].filter(role => who.includes(role))
}
