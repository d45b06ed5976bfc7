/** What keeps replays and tests of one webhook from piling up: they are asked for in a moment, and sent one by one. */
import { randomUUID } from 'node:crypto'
import type { Sql } from '../adapters/database/database.ts'
import { PlatformError } from '../errors.ts'

/** Deliveries that wait for one webhook, beyond which no more are asked for by hand. */
const MOST_WAITING = 1_000
const TESTS_PER_MINUTE = 10
/** Longer than a replay takes to be queued; a process that dies in it holds up the next for so long. */
const TURN_SECONDS = 60
/** Between two replays of a webhook. */
const REST_SECONDS = 5

/** Throws `conflict` while so much waits for a webhook that more would only come later. */
export async function refuseCrowd(sql: Sql, webhook: string): Promise<void> {
  const rows = await sql.query(
    `select 1 from kade.webhook_delivery where webhook = $1 and state = 'waiting' limit $2`,
    [webhook, MOST_WAITING],
  )
  if (rows.length < MOST_WAITING) return
  throw new PlatformError(
    'conflict',
    {
      en: `${MOST_WAITING} deliveries or more wait for this webhook.`,
      nl: `Voor deze webhook wachten ${MOST_WAITING} afleveringen of meer.`,
    },
    {
      next: {
        en: 'Wait until they have gone, and ask again.',
        nl: 'Wacht tot ze weg zijn en vraag het opnieuw.',
      },
    },
  )
}

/** Throws `too-many-requests` for a webhook that was sent many tests just now. */
export async function refuseManyTests(sql: Sql, webhook: string): Promise<void> {
  const rows = await sql.query(
    `select 1 from kade.webhook_delivery where webhook = $1 and name = 'WebhookTested'
        and created_at > now() - interval '1 minute'`,
    [webhook],
  )
  if (rows.length < TESTS_PER_MINUTE) return
  throw new PlatformError(
    'too-many-requests',
    {
      en: `A webhook is sent ${TESTS_PER_MINUTE} tests in a minute at the most.`,
      nl: `Een webhook krijgt hoogstens ${TESTS_PER_MINUTE} tests per minuut.`,
    },
    { retryAfter: 60 },
  )
}

/** The name of the lease under which a webhook is replayed. */
export function turnOf(webhook: string): string {
  return `webhook-replay.${webhook}`
}

/** Begins the only replay of a webhook; the function given back ends it. Throws `conflict` during another, and just after. */
export async function takeTurn(sql: Sql, webhook: string): Promise<() => Promise<void>> {
  const holder = randomUUID()
  const taken = await sql.query(
    `insert into kade.lease as l (name, holder, until) values ($1, $2, now() + make_interval(secs => $3))
     on conflict (name) do update set holder = excluded.holder, until = excluded.until where l.until < now()
     returning 1`,
    [turnOf(webhook), holder, TURN_SECONDS],
  )
  if (taken.length === 0)
    throw new PlatformError(
      'conflict',
      {
        en: 'A replay of this webhook is under way, or was just asked for.',
        nl: 'Het opnieuw versturen voor deze webhook is bezig, of net al gevraagd.',
      },
      {
        next: {
          en: 'Try again in a few seconds.',
          nl: 'Probeer het over een paar seconden opnieuw.',
        },
        retryAfter: REST_SECONDS,
      },
    )
  return async () => {
    await sql.query(
      'update kade.lease set until = now() + make_interval(secs => $3) where name = $1 and holder = $2',
      [turnOf(webhook), holder, REST_SECONDS],
    )
  }
}
