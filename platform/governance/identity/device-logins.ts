/**
 * A program without a browser is let in as RFC 8628 describes: it gets a code for itself and one for a person, asks every few
 * seconds, and gets a token once the person, who is signed in in the portal, has let it in. Codes last ten minutes.
 */
import { randomInt } from 'node:crypto'
import type { DeviceLogin, DeviceLoginAnswer, DeviceLoginRequest } from '#api/device-logins.ts'
import type { Database, Sql } from '../../adapters/database/database.ts'
import type { PlatformContext } from '../../context.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import type { Actor } from '../../platform.ts'
import { hashToken, newToken } from '../accounts.ts'

const MINUTES = 10
const INTERVAL = 5
/** What a slower one is told to wait longer, each time (RFC 8628, 3.5). */
const SLOWER = 5
const TOKEN_DAYS = 90
/** No vowels, so no words; and none that look like digits. 20⁸ codes, of which one lives for ten minutes. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

type Row = {
  client: string
  account: string | null
  denied: boolean
  over: boolean
  interval_s: number
  soon: boolean
}

/** Begins: codes for the program and for a person. */
export async function startDeviceLogin(database: Database, client: string): Promise<DeviceLogin> {
  const deviceCode = newToken()
  const userCode = newUserCode()
  const [row] = await database.query<{ expires_at: Date }>(
    `insert into kade.device_login (device_hash, user_code, client, expires_at, interval_s)
     values ($1, $2, $3, now() + make_interval(mins => $4), $5) returning expires_at`,
    [hashToken(deviceCode), userCode, client, MINUTES, INTERVAL],
  )
  if (!row) throw new Error('An insert gives its row back.')
  const path = `/device#code=${userCode}`
  return { deviceCode, userCode, path, interval: INTERVAL, expiresAt: row.expires_at.toISOString() }
}

/** How it stands. Once it was let in, the first to ask gets the token; asked again, it is over. */
export async function askDeviceLogin(
  database: Database,
  deviceCode: string,
): Promise<DeviceLoginAnswer> {
  const hash = hashToken(deviceCode)
  return await database.transaction(async tx => {
    const [row] = await tx.query<Row>(
      `select client, account, denied, expires_at <= now() as over, interval_s,
              asked_at is not null and asked_at > now() - make_interval(secs => interval_s - 0.5) as soon
         from kade.device_login where device_hash = $1 for update`,
      [hash],
    )
    if (!row || row.over) return { state: 'expired' }
    if (row.soon) {
      const interval = Math.min(60, row.interval_s + SLOWER)
      await tx.query(
        'update kade.device_login set asked_at = now(), interval_s = $2 where device_hash = $1',
        [hash, interval],
      )
      return { state: 'slow-down', interval }
    }
    if (row.denied || row.account !== null)
      await tx.query('delete from kade.device_login where device_hash = $1', [hash])
    if (row.denied) return { state: 'denied' }
    if (row.account !== null) return await letIn(tx, row.account, row.client)
    await tx.query('update kade.device_login set asked_at = now() where device_hash = $1', [hash])
    return { state: 'pending', interval: row.interval_s }
  })
}

/** Which program shows this code. Throws `not-found`. */
export async function readDeviceLogin(
  { database }: Pick<PlatformContext, 'database'>,
  code: string,
): Promise<DeviceLoginRequest> {
  const [row] = await database.query<{ client: string; created_at: Date; expires_at: Date }>(
    `select client, created_at, expires_at from kade.device_login
      where user_code = $1 and expires_at > now() and account is null and not denied`,
    [code],
  )
  if (!row) throw noSuchCode()
  return {
    client: row.client,
    requestedAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}

/** Lets the program in as whoever says so, or keeps it out. Throws `not-found`. */
export async function decideDeviceLogin(
  { database }: Pick<PlatformContext, 'database'>,
  actor: Actor,
  code: string,
  approve: boolean,
): Promise<void> {
  await database.transaction(async tx => {
    const [row] = await tx.query<{ client: string }>(
      `update kade.device_login set account = case when $2 then $3 end, denied = not $2
        where user_code = $1 and expires_at > now() and account is null and not denied
       returning client`,
      [code, approve, actor.id],
    )
    if (!row) throw noSuchCode()
    if (approve) return
    const data = { account: actor.id, client: row.client, actor: actor.id, via: actor.via }
    await append(tx, `account-${actor.id}`, null, [{ type: 'DeviceLoginDenied', data }])
  })
}

async function letIn(tx: Sql, account: string, client: string): Promise<DeviceLoginAnswer> {
  const token = `kade_login_${newToken()}`
  const [row] = await tx.query<{ id: string; expires_at: Date; person: string }>(
    `insert into kade.session (token_hash, account, kind, via, name, expires_at)
     select $1, a.id, 'terminal', 'cli', $3, now() + make_interval(days => $4)
       from kade.account a where a.id = $2 and a.deactivated_at is null
     returning id, expires_at, (select name from kade.account where id = $2) as person`,
    [hashToken(token), account, client, TOKEN_DAYS],
  )
  if (!row) return { state: 'denied' }
  const expiresAt = row.expires_at.toISOString()
  const made = { account, token: row.id, name: client, scope: null, team: null, expiresAt }
  await append(tx, `account-${account}`, null, [
    { type: 'TokenCreated', data: { ...made, actor: account, via: 'cli' } },
  ])
  return { state: 'approved', token, expiresAt, account: row.person }
}

function newUserCode(): string {
  const eight = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
  return `${eight.slice(0, 4)}-${eight.slice(4)}`
}

function noSuchCode(): PlatformError {
  return new PlatformError(
    'not-found',
    { en: 'No program waits with this code.', nl: 'Er wacht geen programma met deze code.' },
    {
      next: {
        en: 'Type it as the terminal shows it; it lasts ten minutes.',
        nl: 'Typ hem zoals de terminal hem toont; hij geldt tien minuten.',
      },
    },
  )
}
