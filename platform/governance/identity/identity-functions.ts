import type { PlatformContext } from '../../context.ts'
import type { Platform } from '../../platform.ts'
import {
  activateAccount,
  createPasswordReset,
  deactivateAccount,
  setRoles,
} from './account-commands.ts'
import { listAccounts } from './account-list.ts'
import { decideDeviceLogin, readDeviceLogin } from './device-logins.ts'
import { createInvitation, listInvitations, revokeInvitation } from './invitations.ts'
import { changeProfile, endOwnSession, readProfile, sendEmailVerification } from './profile.ts'
import { createTeam, listMembers, listTeams, removeMember, setMember } from './teams.ts'
import { createToken, listTokens, revokeToken } from './tokens.ts'

type IdentityFunctions = Pick<
  Platform,
  | 'readDeviceLogin'
  | 'approveDeviceLogin'
  | 'denyDeviceLogin'
  | 'readProfile'
  | 'changeProfile'
  | 'sendEmailVerification'
  | 'endSession'
  | 'listTokens'
  | 'createToken'
  | 'revokeToken'
  | 'listAccounts'
  | 'setRoles'
  | 'deactivateAccount'
  | 'activateAccount'
  | 'createPasswordReset'
  | 'listInvitations'
  | 'createInvitation'
  | 'revokeInvitation'
  | 'listTeams'
  | 'createTeam'
  | 'listMembers'
  | 'setMember'
  | 'removeMember'
>

const nothing = () => undefined

/** The part of the platform that concerns accounts, teams and the ways in. */
export function identityFunctions(context: PlatformContext): IdentityFunctions {
  return {
    readDeviceLogin: (_actor, { params }) => readDeviceLogin(context, params.code),
    approveDeviceLogin: (actor, { params }) =>
      decideDeviceLogin(context, actor, params.code, true).then(nothing),
    denyDeviceLogin: (actor, { params }) =>
      decideDeviceLogin(context, actor, params.code, false).then(nothing),

    readProfile: actor => readProfile(context, actor),
    changeProfile: (actor, { body }) => changeProfile(context, actor, body),
    sendEmailVerification: actor => sendEmailVerification(context, actor).then(nothing),
    endSession: (actor, { params }) => endOwnSession(context, actor, params.session).then(nothing),
    listTokens: async actor => ({ items: await listTokens(context, actor), next: null }),
    createToken: (actor, { body }) => createToken(context, actor, body),
    revokeToken: (actor, { params }) => revokeToken(context, actor, params.token).then(nothing),

    listAccounts: (actor, { query }) => listAccounts(context, actor, query),
    setRoles: (actor, { params, body }) => setRoles(context, actor, params.account, body.roles),
    deactivateAccount: (actor, { params }) => deactivateAccount(context, actor, params.account),
    activateAccount: (actor, { params }) => activateAccount(context, actor, params.account),
    createPasswordReset: (actor, { params }) => createPasswordReset(context, actor, params.account),
    listInvitations: (actor, { query }) => listInvitations(context, actor, query),
    createInvitation: (actor, { body }) => createInvitation(context, actor, body),
    revokeInvitation: (actor, { params }) =>
      revokeInvitation(context, actor, params.invitation).then(nothing),

    listTeams: (actor, { query }) => listTeams(context, actor, query),
    createTeam: (actor, { body }) => createTeam(context, actor, body.name),
    listMembers: async (actor, { params }) => ({
      items: await listMembers(context, actor, params.team),
      next: null,
    }),
    setMember: (actor, { params, body }) => setMember(context, actor, params, body.role),
    removeMember: (actor, { params }) => removeMember(context, actor, params).then(nothing),
  }
}
