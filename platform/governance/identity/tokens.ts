import type { ApiToken, CreateToken, NewApiToken } from '#api/tokens.ts'
import type { PlatformContext } from '../../context.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import type { Actor } from '../../platform.ts'
import { hashToken, newToken } from '../accounts.ts'

type TokenRow = {
  id: string
  name: string
  scope: ApiToken['scope']
  team: string | null
  created_at: Date
  expires_at: Date
  used_at: Date | null
}

/** Tokens that an account may have at the same time. */
const MOST = 50
const columns = 'id, name, scope, team, created_at, expires_at, used_at'
const living = `account = $1 and kind = 'api-token' and expires_at > now()`

/** The tokens of whoever asks, newest first. */
export async function listTokens(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
): Promise<ApiToken[]> {
  const rows = await database.query<TokenRow>(
    `select ${columns} from kade.session where ${living} order by created_at desc, id`,
    [actor.id],
  )
  return rows.map(view)
}

/** A token for a program of whoever asks; the answer has it, this once. Throws `name-taken`, `quota-exceeded` and `request-invalid`. */
export async function createToken(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  { name, scope, team, expiresInDays }: CreateToken,
): Promise<NewApiToken> {
  if (team !== undefined && !Object.hasOwn(actor.memberships ?? {}, team)) throw noMember(team)
  const token = `kade_token_${newToken()}`
  return await database.transaction(async tx => {
    // One at a time, or two would both find the name free and the number small enough.
    await tx.query('select 1 from kade.account where id = $1 for update', [actor.id])
    const others = await tx.query<{ name: string }>(
      `select name from kade.session where ${living}`,
      [actor.id],
    )
    if (others.some(one => one.name === name)) throw nameTaken(name)
    if (others.length >= MOST) throw tooMany()
    const [row] = await tx.query<TokenRow>(
      `insert into kade.session (token_hash, account, kind, via, name, scope, team, expires_at)
       values ($1, $2, 'api-token', 'api', $3, $4, $5, now() + make_interval(days => $6))
       returning ${columns}`,
      [hashToken(token), actor.id, name, scope, team ?? null, expiresInDays],
    )
    if (!row) throw new Error('An insert gives its row back.')
    const made = view(row)
    const { id, expiresAt } = made
    const by = { actor: actor.id, via: actor.via }
    await append(tx, `account-${actor.id}`, null, [
      {
        type: 'TokenCreated',
        data: { account: actor.id, token: id, name, scope, team: made.team, expiresAt, ...by },
      },
    ])
    return { ...made, token }
  })
}

/** Ends a token of whoever asks, at once. Throws `not-found`. */
export async function revokeToken(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  id: string,
): Promise<void> {
  await database.transaction(async tx => {
    const [row] = await tx.query(
      `delete from kade.session where id = $2 and account = $1 and kind = 'api-token' returning id`,
      [actor.id, id],
    )
    if (!row)
      throw new PlatformError('not-found', {
        en: 'There is no such token.',
        nl: 'Dit token bestaat niet.',
      })
    const data = { account: actor.id, token: id, actor: actor.id, via: actor.via }
    await append(tx, `account-${actor.id}`, null, [{ type: 'TokenRevoked', data }])
  })
}

function view(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    team: row.team,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    usedAt: row.used_at?.toISOString() ?? null,
  }
}

function noMember(team: string): PlatformError {
  return new PlatformError(
    'request-invalid',
    {
      en: 'A token for one team is for a team that you are in.',
      nl: 'Een token voor één team is voor een team waar je in zit.',
    },
    {
      violations: [
        {
          pointer: '/team',
          detail: { en: `you are not in ${team}`, nl: `je zit niet in ${team}` },
        },
      ],
    },
  )
}

function nameTaken(name: string): PlatformError {
  return new PlatformError(
    'name-taken',
    { en: `You have a token ${name} already.`, nl: `Je hebt al een token ${name}.` },
    { violations: [{ pointer: '/name', detail: { en: 'is taken', nl: 'is bezet' } }] },
  )
}

function tooMany(): PlatformError {
  return new PlatformError(
    'quota-exceeded',
    {
      en: `You have ${MOST} tokens, and may have no more.`,
      nl: `Je hebt ${MOST} tokens, en meer kan niet.`,
    },
    {
      next: { en: 'Revoke those that nothing uses.', nl: 'Trek in wat niets meer gebruikt.' },
    },
  )
}
