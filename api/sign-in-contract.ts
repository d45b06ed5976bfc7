import { z } from 'zod'
import {
  ForgotPassword,
  InvitationOffer,
  LookAtInvitation,
  Register,
  ResetPassword,
  VerifyEmail,
} from './accounts.ts'
import {
  AskDeviceLogin,
  DeviceLogin,
  DeviceLoginAnswer,
  StartDeviceLogin,
} from './device-logins.ts'
import { route } from './route.ts'
import { Session, SignInWays } from './session.ts'

/** Routes by which people come in: nobody is signed in yet. */
export const signInContract = {
  readSignInWays: route({
    method: 'GET',
    path: '/sign-in-ways',
    summary: 'How one can sign in here',
    tag: 'session',
    action: 'session.open',
    answers: { 200: SignInWays },
  }),
  startSingleSignOn: route({
    method: 'GET',
    path: '/single-sign-on',
    summary: 'Leads a browser to the identity provider of the organisation',
    tag: 'session',
    action: 'session.open',
    query: z.strictObject({ to: z.string().max(2000).optional() }),
    answers: { 303: null },
  }),
  finishSingleSignOn: route({
    method: 'GET',
    path: '/single-sign-on/callback',
    summary: 'Where the identity provider sends a browser back to',
    tag: 'session',
    action: 'session.open',
    query: z.looseObject({}),
    answers: { 303: null },
  }),
  lookAtInvitation: route({
    method: 'POST',
    path: '/invitations/_look',
    summary: 'What an invitation offers, for who holds its link',
    tag: 'accounts',
    action: 'session.open',
    body: LookAtInvitation,
    answers: { 200: InvitationOffer },
  }),
  register: route({
    method: 'POST',
    path: '/registrations',
    summary: 'Make an account of an invitation, and sign in',
    tag: 'accounts',
    action: 'session.open',
    body: Register,
    answers: { 201: Session },
  }),
  forgotPassword: route({
    method: 'POST',
    path: '/password-resets',
    summary: 'Ask for a link to choose a new password; the answer is the same for every address',
    tag: 'accounts',
    action: 'session.open',
    body: ForgotPassword,
    answers: { 202: null },
  }),
  resetPassword: route({
    method: 'POST',
    path: '/password-resets/_complete',
    summary:
      'Choose a new password with the token of a link; all sessions and tokens of the account end',
    tag: 'accounts',
    action: 'session.open',
    body: ResetPassword,
    answers: { 204: null },
  }),
  verifyEmail: route({
    method: 'POST',
    path: '/email-verifications',
    summary: 'Show with the token of a link that an e-mail address is one’s own',
    tag: 'accounts',
    action: 'session.open',
    body: VerifyEmail,
    answers: { 204: null },
  }),
  startDeviceLogin: route({
    method: 'POST',
    path: '/device-logins',
    summary: 'Ask to be let in as a program without a browser (the shape of RFC 8628)',
    tag: 'session',
    action: 'session.open',
    body: StartDeviceLogin,
    answers: { 201: DeviceLogin },
    secretAnswer: true,
  }),
  askDeviceLogin: route({
    method: 'POST',
    path: '/device-logins/_token',
    summary: 'Whether somebody let the program in; its token, this once',
    tag: 'session',
    action: 'session.open',
    body: AskDeviceLogin,
    answers: { 200: DeviceLoginAnswer },
    secretAnswer: true,
  }),
} as const
