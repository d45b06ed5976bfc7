import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  ForgotPassword,
  type InvitationOffer,
  LookAtInvitation,
  Register,
  ResetPassword,
  VerifyEmail,
} from '#api/accounts.ts'
import { AskDeviceLogin, type DeviceLoginAnswer, StartDeviceLogin } from '#api/device-logins.ts'
import { ChangePassword, type OwnSession } from '#api/profile.ts'
import type { Route } from '#api/route.ts'
import type { SignInWays } from '#api/session.ts'
import { PlatformError } from '#platform/errors.ts'
import * as passwords from '#platform/governance/identity/change-password.ts'
import * as devices from '#platform/governance/identity/device-logins.ts'
import { findOffer } from '#platform/governance/identity/invitations.ts'
import * as profile from '#platform/governance/identity/profile.ts'
import { register as registerAccount } from '#platform/governance/identity/register.ts'
import { callerOf, type Door, demand } from './door.ts'
import { parseCall } from './parse-call.ts'
import { letIn, parsedBody } from './session-routes.ts'

/** How one can sign in here. */
export async function readSignInWays(door: Door): Promise<SignInWays> {
  const provider = door.singleSignOn?.provider
  return {
    singleSignOn: provider ? { name: provider.name } : null,
    mail: door.post !== undefined,
  }
}

/** What an invitation offers. */
export async function lookAtInvitation(
  door: Door,
  route: Route,
  request: FastifyRequest,
): Promise<InvitationOffer> {
  const { token } = LookAtInvitation.parse(parsedBody(route, request))
  const offer = await findOffer(door.database, token)
  if (!offer) throw linkIsOver()
  return offer
}

/** Makes an account of an invitation, and signs in. */
export async function register(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = Register.parse(parsedBody(route, request))
  const opened = await registerAccount(door.database, body, request.headers['user-agent'])
  if (!opened) throw linkIsOver()
  return await letIn(door, request, reply, opened)
}

/** The same answer for every address. */
export async function forgotPassword(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { email } = ForgotPassword.parse(parsedBody(route, request))
  await passwords.forgotPassword(door.database, door.post, { email, address: request.ip })
  return reply.code(202).send()
}

/** Chooses a new password by a link. */
export async function resetPassword(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = ResetPassword.parse(parsedBody(route, request))
  if (!(await passwords.resetPassword(door.database, body))) throw linkIsOver()
  return reply.code(204).send()
}

/** Shows whose an address is by a link. */
export async function verifyEmail(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { token } = VerifyEmail.parse(parsedBody(route, request))
  if (!(await passwords.verifyEmail(door.database, token))) throw linkIsOver()
  return reply.code(204).send()
}

/** A program without a browser begins to sign in. */
export async function startDeviceLogin(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { client } = StartDeviceLogin.parse(parsedBody(route, request))
  return reply.code(201).send(await devices.startDeviceLogin(door.database, client))
}

/** And asks whether it was let in. */
export async function askDeviceLogin(
  door: Door,
  route: Route,
  request: FastifyRequest,
): Promise<DeviceLoginAnswer> {
  const { deviceCode } = AskDeviceLogin.parse(parsedBody(route, request))
  return await devices.askDeviceLogin(door.database, deviceCode)
}

/** Changes the password of the caller, whose own session goes on. */
export async function changePassword(
  door: Door,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor, session } = callerOf(request)
  demand(door.may, actor, route)
  const { params, query, body } = request
  const parsed = ChangePassword.parse(
    parseCall(route, { params, query, body, ifMatch: undefined }).body,
  )
  const who = { account: actor.id, session: session.id, address: request.ip }
  await passwords.changePassword(door.database, who, parsed)
  return reply.code(204).send()
}

/** Where the caller is signed in. */
export async function listSessions(
  door: Door,
  route: Route,
  request: FastifyRequest,
): Promise<{ items: OwnSession[]; next: null }> {
  const { actor, session } = callerOf(request)
  demand(door.may, actor, route)
  const items = await profile.listSessions(door.database, actor.id, session.id)
  return { items, next: null }
}

function linkIsOver(): PlatformError {
  return new PlatformError(
    'unauthenticated',
    {
      en: 'The link was used already, was taken back, or is too old.',
      nl: 'De link is al gebruikt, ingetrokken, of te oud.',
    },
    {
      next: {
        en: 'Ask whoever gave it to you for a new one.',
        nl: 'Vraag wie je hem gaf om een nieuwe.',
      },
    },
  )
}
