/**
 * Same key and same request: same answer, and the request ran once.
 *
 *   claim (insert the row) ── won ──► run ── succeeded ──► keep the answer in the row
 *                          │              └─ refused or failed ──► remove the row: nothing was changed, the key is free
 *                          └─ taken ──► other request: `idempotency-key-reused`
 *                                       answered: the same answer again
 *                                       still running: wait for its answer; `conflict` after the deadline
 *
 * A claim whose process died is taken over after two minutes. The row holds a hash of the key, and the request as an HMAC
 * under the key itself, so that nobody can try values of its secrets against the database.
 */
import { createHash, createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'

const WAIT_MS = 15_000
const TAKE_OVER_SECONDS = 120
const KEEP_DAYS = 1

export type IdempotentRequest = {
  account: string
  /** The `Idempotency-Key` header. */
  key: string
  method: string
  url: string
  body: unknown
  ifMatch: string | undefined
}

type Row = { fingerprint: string; answer: { body: unknown } | null }

/** Runs once per key and request; everyone gets what `run` answered. Throws `idempotency-key-reused` or `conflict`. */
export async function runOnce(
  sql: Sql,
  request: IdempotentRequest,
  run: () => Promise<unknown>,
): Promise<unknown> {
  if (!/^[\x21-\x7e]{1,255}$/.test(request.key))
    throw new PlatformError(
      'request-invalid',
      'The Idempotency-Key is not 1 to 255 plain characters.',
    )
  const key = createHash('sha256').update(request.key).digest('hex')
  const { method, url, body, ifMatch } = request
  const fingerprint = createHmac('sha256', request.key)
    .update(JSON.stringify([method, url, ifMatch ?? null, body ?? null]))
    .digest('hex')
  const until = Date.now() + WAIT_MS
  while (!(await claim(sql, request.account, key, fingerprint))) {
    const [row] = await sql.query<Row>(
      'select fingerprint, answer from kade.idempotency_key where account = $1 and key = $2',
      [request.account, key],
    )
    if (row && row.fingerprint !== fingerprint)
      throw new PlatformError('idempotency-key-reused', 'This key was sent with another request.')
    if (row?.answer) return row.answer.body
    if (Date.now() > until)
      throw new PlatformError('conflict', 'The first request with this key is still running.', {
        retryAfter: 5,
      })
    await delay(100)
  }
  return await runClaimed(sql, request.account, key, run)
}

async function claim(sql: Sql, account: string, key: string, fingerprint: string) {
  const rows = await sql.query(
    `insert into kade.idempotency_key as k (account, key, fingerprint) values ($1, $2, $3)
     on conflict (account, key) do update set at = now()
       where k.answer is null and k.fingerprint = $3 and k.at < now() - make_interval(secs => $4)
     returning 1`,
    [account, key, fingerprint, TAKE_OVER_SECONDS],
  )
  return rows.length > 0
}

async function runClaimed(sql: Sql, account: string, key: string, run: () => Promise<unknown>) {
  let body: unknown
  try {
    body = await run()
  } catch (error) {
    await sql.query(
      'delete from kade.idempotency_key where account = $1 and key = $2 and answer is null',
      [account, key],
    )
    throw error
  }
  await sql.query('update kade.idempotency_key set answer = $3 where account = $1 and key = $2', [
    account,
    key,
    JSON.stringify({ body: body ?? null }),
  ])
  return body
}

/** Forgets keys after a day; cheap, for a daily sweep. */
export async function sweepIdempotencyKeys(sql: Sql): Promise<void> {
  await sql.query('delete from kade.idempotency_key where at < now() - make_interval(days => $1)', [
    KEEP_DAYS,
  ])
}
