import type { OneTimeLink, Person } from '#api/accounts.ts'
import type { InstallationRole } from '#api/roles.ts'
import type { Sql } from '../../adapters/database/database.ts'
import type { PlatformContext } from '../../context.ts'
import { PlatformError } from '../../errors.ts'
import { append } from '../../events/store.ts'
import type { Actor } from '../../platform.ts'
import { createLink, mailLink } from './links.ts'
import { noSuchAccount, readPerson } from './person.ts'
import { dropInvitationsOf, tellStanding } from './standing.ts'

const RESET_MINUTES = 24 * 60

type Context = Pick<PlatformContext, 'database' | 'post'>

/** Gives an account these roles of the installation and no others. Throws `not-found`, and `conflict` for the last platform admin. */
export async function setRoles(
  { database }: Context,
  actor: Actor,
  account: string,
  roles: readonly InstallationRole[],
): Promise<Person> {
  return await database.transaction(async tx => {
    await lock(tx, account)
    await tx.query('update kade.account set roles = $2 where id = $1', [
      account,
      [...new Set(roles)].sort(),
    ])
    await refuseWithoutAdmin(tx)
    await tellStanding(tx, actor, account)
    return await readPerson(tx, account)
  })
}

/** Lets an account in no more, and ends what it had open. Throws `not-found`, and `conflict` for the last platform admin. */
export async function deactivateAccount(
  { database }: Context,
  actor: Actor,
  account: string,
): Promise<Person> {
  return await database.transaction(async tx => {
    const active = await lock(tx, account)
    if (!active) return await readPerson(tx, account)
    await tx.query('update kade.account set deactivated_at = now() where id = $1', [account])
    await refuseWithoutAdmin(tx)
    await endEverything(tx, account)
    await dropInvitationsOf(tx, account)
    await append(tx, `account-${account}`, null, [
      { type: 'AccountDeactivated', data: { account, actor: actor.id, via: actor.via } },
    ])
    return await readPerson(tx, account)
  })
}

/** Lets an account in again; what ended stays ended. Throws `not-found`. */
export async function activateAccount(
  { database }: Context,
  actor: Actor,
  account: string,
): Promise<Person> {
  return await database.transaction(async tx => {
    const active = await lock(tx, account)
    if (active) return await readPerson(tx, account)
    await tx.query('update kade.account set deactivated_at = null where id = $1', [account])
    await append(tx, `account-${account}`, null, [
      { type: 'AccountActivated', data: { account, actor: actor.id, via: actor.via } },
    ])
    return await readPerson(tx, account)
  })
}

/** A link by which a person chooses a new password, for an administrator to hand over; mailed too where Kade can. */
export async function createPasswordReset(
  { database, post }: Context,
  actor: Actor,
  account: string,
): Promise<OneTimeLink> {
  const { link, person } = await database.transaction(async tx => {
    if (!(await lock(tx, account)))
      throw new PlatformError('conflict', {
        en: 'The account is deactivated.',
        nl: 'Het account is gedeactiveerd.',
      })
    const link = await createLink(tx, account, 'password', RESET_MINUTES)
    await append(tx, `account-${account}`, null, [
      { type: 'PasswordResetCreated', data: { account, actor: actor.id, via: actor.via } },
    ])
    return { link, person: await readPerson(tx, account) }
  })
  const { email } = person
  return { ...link, mailed: email !== null && (await mailLink(post, 'password', email, link)) }
}

/** Sessions, tokens and links: whatever one could come in by without a password. */
export async function endEverything(tx: Sql, account: string): Promise<void> {
  await tx.query('delete from kade.session where account = $1', [account])
  await tx.query('delete from kade.sign_in_link where account = $1', [account])
  await tx.query('delete from kade.device_login where account = $1', [account])
}

/** Holds an account for this transaction: whether it is active. One change of admins at a time, or two would each leave the other. */
async function lock(tx: Sql, account: string): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('kade.account.owner'))`)
  const [row] = await tx.query<{ active: boolean }>(
    'select deactivated_at is null as active from kade.account where id = $1 for update',
    [account],
  )
  if (!row) throw noSuchAccount()
  return row.active
}

async function refuseWithoutAdmin(tx: Sql): Promise<void> {
  const left = await tx.query(
    `select 1 from kade.account where 'platform-admin' = any(roles) and deactivated_at is null limit 1`,
  )
  if (left.length > 0) return
  throw new PlatformError(
    'conflict',
    {
      en: 'Nobody would be left who may look after accounts.',
      nl: 'Er zou niemand overblijven die accounts mag beheren.',
    },
    {
      next: {
        en: 'Make somebody else platform admin first.',
        nl: 'Maak eerst iemand anders platformbeheerder.',
      },
    },
  )
}
