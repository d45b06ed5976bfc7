import type { Action } from '#api/route.ts'
import type { Actor, May } from '../platform.ts'

type Role = Actor['role']

/** How far a role reaches with an action: everywhere, or only what belongs to a team, or is one of the clusters, of the asker. */
type Reach = 'everything' | 'own-teams' | 'own-clusters'

/** The one table of rights: action × role → reach. What is not in it is not allowed. */
const rights: Readonly<Record<Action, Readonly<Partial<Record<Role, Reach>>>>> = {
  'session.open': { owner: 'everything' },
  'session.read': { owner: 'everything' },
  'session.invite': { owner: 'everything' },
  'catalogue.read': { owner: 'everything' },
  'catalogue.change': { owner: 'everything' },
  'cluster.read': { owner: 'everything' },
  'cluster.change': { owner: 'everything' },
  'namespace.read': { owner: 'everything' },
  'namespace.create': { owner: 'everything' },
  'deployment.read': { owner: 'everything' },
  'deployment.create': { owner: 'everything' },
  'deployment.update': { owner: 'everything' },
  'deployment.delete': { owner: 'everything' },
  'deployment.logs': { owner: 'everything' },
  'deployment.metrics': { owner: 'everything' },
  'secret.reveal': { owner: 'own-teams' },
  'operation.read': { owner: 'everything' },
  'operation.change': { owner: 'everything' },
  'event.read': { owner: 'everything' },
  'dead-letter.read': { owner: 'everything' },
  'dead-letter.change': { owner: 'everything' },
  'notification.read': { owner: 'everything' },
  'notification.change': { owner: 'everything' },
  'webhook.read': { owner: 'own-teams' },
  'webhook.change': { owner: 'own-teams' },
  'worker-credential.read': { owner: 'everything' },
  'worker-credential.change': { owner: 'everything' },
  // Nobody else has it: a person's token takes no worker's part, and a worker's no person's.
  'worker.serve': { worker: 'own-clusters' },
}

/**
 * Whether an actor may do something to things of a team. The door asks with `team: null` before it parses (may this role
 * ever do this?); whoever loads a row that has a team asks again with that team. A refusal about a thing that has a name
 * must look as if the thing did not exist.
 */
export const may: May = (actor, action, scope) => {
  const reach = rights[action][actor.role]
  if (reach === undefined) return false
  if (reach === 'own-clusters')
    return scope.cluster === undefined || actor.clusters?.includes(scope.cluster) === true
  return reach === 'everything' || scope.team === null || actor.teams.includes(scope.team)
}
