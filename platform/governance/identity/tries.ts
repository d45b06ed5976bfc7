/**
 * How often somebody may try to come in, over all doors of this Kade: it is counted in the database. A try is written down before
 * the password is looked at, so that many at once count as many, and is forgotten when it went well.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Sql } from '../../adapters/database/database.ts'
import { PlatformError } from '../../errors.ts'

const WINDOW_MINUTES = 15
/** From one address for one account; for an account from everywhere; from an address, behind which a whole town hall may sit. */
const most = { pair: 10, account: 50, address: 200 } as const

/** Notes a try, or throws `too-many-requests`. What comes back forgets it. */
export async function noteTry(
  sql: Sql,
  { who, address }: { who: string; address: string },
): Promise<() => Promise<void>> {
  const id = randomUUID()
  const name = createHash('sha256').update(who).digest('hex')
  const keys = {
    pair: `pair ${name} ${address}`,
    account: `account ${name}`,
    address: `address ${address}`,
  }
  const kinds = ['pair', 'account', 'address'] as const
  await sql.query('insert into kade.sign_in_try (id, key) select $1, unnest($2::text[])', [
    id,
    kinds.map(kind => keys[kind]),
  ])
  const counts = await sql.query<{ key: string; count: number; oldest: Date }>(
    `select key, count(*)::int as count, min(at) as oldest from kade.sign_in_try
      where key = any($1::text[]) and at > now() - make_interval(mins => $2) group by key`,
    [kinds.map(kind => keys[kind]), WINDOW_MINUTES],
  )
  const forget = async () => {
    await sql.query('delete from kade.sign_in_try where id = $1 and key = any($2::text[])', [
      id,
      kinds.map(kind => keys[kind]),
    ])
  }
  const tooMany = kinds.some(
    kind => (counts.find(one => one.key === keys[kind])?.count ?? 0) > most[kind],
  )
  if (!tooMany) return forget
  // What is refused does not count, or whoever goes on trying would keep the owner out for good.
  await forget()
  const oldest = Math.min(...counts.map(one => one.oldest.getTime()))
  throw new PlatformError(
    'too-many-requests',
    {
      en: 'There were too many tries to sign in.',
      nl: 'Er is te vaak geprobeerd om in te loggen.',
    },
    {
      retryAfter: Math.max(1, Math.ceil((oldest - Date.now()) / 1000) + WINDOW_MINUTES * 60),
      next: {
        en: 'Wait a quarter of an hour, or ask an administrator for a link.',
        nl: 'Wacht een kwartier, of vraag een beheerder om een link.',
      },
    },
  )
}
