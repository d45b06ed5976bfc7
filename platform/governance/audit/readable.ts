import type { Actor } from '../../platform.ts'
import { may } from '../may.ts'
import type { Readable } from './queries.ts'

/** Whose lines an actor may read: all by a role of the installation, else those of the teams that it looks after. */
export function readableBy(actor: Actor): Readable {
  if (may({ ...actor, memberships: {} }, 'audit.read', { team: null })) return null
  return actor.teams.filter(team => may(actor, 'audit.read', { team }))
}
