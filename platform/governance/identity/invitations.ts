import { randomUUID } from 'node:crypto'
import type { CreateInvitation, Invitation, InvitationOffer, NewInvitation } from '#api/accounts.ts'
import type { Sql } from '../../adapters/database/database.ts'
import type { PlatformContext } from '../../context.ts'
import { decodeCursor, toPage } from '../../deployments/pages.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import type { Actor } from '../../platform.ts'
import { hashToken, newToken } from '../accounts.ts'
import { reachesEverything } from '../may.ts'
import { linkPath, mailLink } from './links.ts'
import { refuseUnknownTeams } from './teams.ts'

type InvitationRow = {
  id: string
  email: string
  roles: Invitation['roles']
  teams: Invitation['teams']
  invited_by: string
  created_at: Date
  expires_at: Date
}
const columns = 'id, email, roles, teams, invited_by, created_at, expires_at'

/** Invitations that still hold, newest first: all, or those one made oneself. */
export async function listInvitations(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: Invitation[]; next: string | null }> {
  const after = cursor === undefined ? null : decodeCursor(cursor, ['time', 'id'])
  const rows = await database.query<InvitationRow>(
    `select ${columns} from kade.invitation where expires_at > now() and ($2 or invited_by = $3)
        ${after ? "and (date_trunc('milliseconds', created_at), id) < ($4::timestamptz, $5::uuid)" : ''}
      order by date_trunc('milliseconds', created_at) desc, id desc limit $1`,
    [limit + 1, reachesEverything(actor, 'invitation.read'), actor.id, ...(after ?? [])],
  )
  return toPage(rows, limit, view, row => [row.created_at.toISOString(), row.id])
}

/**
 * Invites an e-mail address; the answer has the link, this once. Who maintains teams invites into these alone. Throws `forbidden`,
 * `name-taken` and `request-invalid`.
 */
export async function createInvitation(
  { database, post }: Pick<PlatformContext, 'database' | 'post'>,
  actor: Actor,
  { email, roles, teams, expiresInDays }: CreateInvitation,
): Promise<NewInvitation> {
  refuseMoreThanOwn(actor, roles, teams)
  const token = newToken()
  const made = await database.transaction(async tx => {
    await refuseUnknownTeams(tx, teams)
    await tx.query('delete from kade.invitation where email = $1 and expires_at <= now()', [email])
    const [taken] = await tx.query('select 1 from kade.account where email = $1', [email])
    const [row] = taken
      ? []
      : await tx.query<InvitationRow>(
          `insert into kade.invitation (id, email, token_hash, roles, teams, invited_by, expires_at)
           values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))
           on conflict (email) do nothing returning ${columns}`,
          [
            randomUUID(),
            email,
            hashToken(token),
            roles,
            JSON.stringify(teams),
            actor.id,
            expiresInDays,
          ],
        )
    if (!row) throw alreadyThere(taken !== undefined)
    const expiresAt = row.expires_at.toISOString()
    const by = { actor: actor.id, via: actor.via }
    await append(tx, `account-${row.id}`, null, [
      { type: 'InvitationCreated', data: { invitation: row.id, roles, teams, expiresAt, ...by } },
    ])
    return view(row)
  })
  const link = { path: linkPath('invitation', token), expiresAt: made.expiresAt }
  return { ...made, link: { ...link, mailed: await mailLink(post, 'invitation', email, link) } }
}

/** Takes an invitation back: its link works no more. Throws `not-found`. */
export async function revokeInvitation(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  id: string,
): Promise<void> {
  await database.transaction(async tx => {
    const [row] = await tx.query(
      'delete from kade.invitation where id = $1 and ($2 or invited_by = $3) returning id',
      [id, reachesEverything(actor, 'invitation.change'), actor.id],
    )
    if (!row)
      throw new PlatformError('not-found', {
        en: 'There is no such invitation.',
        nl: 'Deze uitnodiging bestaat niet.',
      })
    await append(tx, `account-${id}`, null, [
      { type: 'InvitationRevoked', data: { invitation: id, actor: actor.id, via: actor.via } },
    ])
  })
}

/** What a link offers; undefined for one that is unknown, used, taken back or too old. */
export async function findOffer(sql: Sql, token: string): Promise<InvitationOffer | undefined> {
  const [row] = await sql.query<InvitationRow>(
    `select ${columns} from kade.invitation where token_hash = $1 and expires_at > now()`,
    [hashToken(token)],
  )
  if (!row) return undefined
  const { email, roles, teams, expiresAt } = view(row)
  return { email, roles, teams, expiresAt }
}

function view(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    roles: row.roles,
    teams: row.teams,
    invitedBy: row.invited_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}

function refuseMoreThanOwn(
  actor: Actor,
  roles: CreateInvitation['roles'],
  teams: CreateInvitation['teams'],
): void {
  if (reachesEverything(actor, 'invitation.change')) return
  const own = teams.length > 0 && teams.every(({ team }) => actor.teams.includes(team))
  if (own && roles.length === 0) return
  throw new PlatformError(
    'forbidden',
    {
      en: 'You may invite into the teams that you maintain, and give no roles of the installation.',
      nl: 'Je mag uitnodigen voor de teams die je beheert, en geen rollen voor de hele installatie geven.',
    },
    {
      next: {
        en: 'Name one of your teams, or ask a platform admin.',
        nl: 'Noem een van je teams, of vraag het een platformbeheerder.',
      },
    },
  )
}

function alreadyThere(hasAccount: boolean): PlatformError {
  return new PlatformError(
    'name-taken',
    hasAccount
      ? { en: 'This address has an account already.', nl: 'Dit adres heeft al een account.' }
      : { en: 'This address is invited already.', nl: 'Dit adres is al uitgenodigd.' },
    {
      violations: [{ pointer: '/email', detail: { en: 'is taken', nl: 'is bezet' } }],
      next: hasAccount
        ? { en: 'Take the account into your team.', nl: 'Neem het account op in je team.' }
        : {
            en: 'Take that invitation back first if its link was lost.',
            nl: 'Trek die uitnodiging eerst in als de link kwijt is.',
          },
    },
  )
}
