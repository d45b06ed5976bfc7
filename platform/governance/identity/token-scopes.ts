import type { Action } from '#api/route.ts'
import type { TokenScope } from '#api/tokens.ts'

/** Ways into Kade, and who has which: no token opens another way in, so that ending it ends all that it could do. */
const waysIn: ReadonlySet<Action> = new Set([
  'session.open',
  'session.invite',
  'device-login.decide',
  'profile.change',
  'token.read',
  'token.change',
  'account.change',
  'invitation.read',
  'invitation.change',
  'team.create',
  'team.change',
])

const looking: ReadonlySet<Action> = new Set(['deployment.logs', 'deployment.metrics'])
const deploying: ReadonlySet<Action> = new Set([
  'deployment.create',
  'deployment.update',
  'deployment.delete',
  'operation.change',
])

/** Whether a token of this scope may be used for an action, if its account may do it. */
export function isWithin(scope: TokenScope, action: Action): boolean {
  if (waysIn.has(action)) return false
  if (scope === 'manage' || action.endsWith('.read') || looking.has(action)) return true
  return scope === 'deploy' && deploying.has(action)
}
