/**
 * By what a worker in another region is known. A credential names clusters, and its holder sees their work and nothing else. It is
 * a random token that is shown once and kept as a hash; it ends at its time, or at once when it is revoked. Two may be good for
 * one cluster at the same time, so that one takes the place of another without a pause.
 */
import { randomUUID } from 'node:crypto'
import type {
  CreateWorkerCredential,
  NewWorkerCredential,
  WorkerCredential,
} from '#api/worker-credentials.ts'
import type { Sql } from '../adapters/database/database.ts'
import type { PlatformContext } from '../context.ts'
import { decodeCursor, toPage } from '../deployments/pages.ts'
import { PlatformError } from '../errors.ts'
import { append } from '../events/store.ts'
import type { Actor } from '../platform.ts'
import { hashToken, newToken } from './accounts.ts'

type CredentialRow = {
  id: string
  name: string
  clusters: string[]
  created_by: string
  created_at: Date
  expires_at: Date
  used_at: Date | null
  used_by: string | null
  revoked_at: Date | null
}

/** Credentials that may be good at the same time. */
const MOST = 200
const DAY_MS = 86_400_000
/** Days for which one that has ended is still listed. */
const LISTED_DAYS = 90

const columns =
  'id, name, clusters, created_by, created_at, expires_at, used_at, used_by, revoked_at'

/** The credentials, newest first; those that ended within the last 90 days too. */
export async function listWorkerCredentials(
  { database, clock }: Pick<PlatformContext, 'database' | 'clock'>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: WorkerCredential[]; next: string | null }> {
  const after = cursor === undefined ? null : decodeCursor(cursor, ['time', 'id'])
  const now = clock()
  const rows = await database.query<CredentialRow>(
    `select ${columns} from kade.worker_credential
      where least(expires_at, revoked_at) > $1 ${after ? 'and (created_at, id) < ($3::timestamptz, $4::uuid)' : ''}
      order by created_at desc, id desc limit $2`,
    [new Date(now.getTime() - LISTED_DAYS * DAY_MS), limit + 1, ...(after ?? [])],
  )
  return toPage(
    rows,
    limit,
    row => view(row, now),
    row => [row.created_at.toISOString(), row.id],
  )
}

/**
 * Makes a credential for clusters; one that Kade does not know yet is entered in the registry. The answer has the token, this
 * once. Throws `name-taken` and `quota-exceeded`.
 */
export async function createWorkerCredential(
  { database, clock }: Pick<PlatformContext, 'database' | 'clock'>,
  actor: Actor,
  { name, clusters, expiresInDays }: CreateWorkerCredential,
): Promise<NewWorkerCredential> {
  const now = clock()
  const token = `kade_worker_${newToken()}`
  return database.transaction(async tx => {
    // One at a time, or two would both find the name free and the number small enough.
    await tx.query("select pg_advisory_xact_lock(hashtext('kade.worker_credential'))")
    await makeRoom(tx, name, now)
    for (const cluster of clusters) await enter(tx, cluster, now)
    const [row] = await tx.query<CredentialRow>(
      `insert into kade.worker_credential (id, name, clusters, token_hash, created_by, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
      [
        randomUUID(),
        name,
        [...new Set(clusters.map(one => one.name))],
        hashToken(token),
        actor.id,
        now,
        new Date(now.getTime() + expiresInDays * DAY_MS),
      ],
    )
    if (!row) throw new Error('An insert gives its row back.')
    const told = { expiresAt: row.expires_at.toISOString(), actor: actor.id, via: actor.via }
    await tell(tx, row, cluster => ({
      type: 'WorkerCredentialCreated',
      data: { cluster, credential: row.id, name, ...told },
    }))
    return { ...view(row, now), token }
  })
}

/** Ends a credential at once: a worker that is connected by it is cut off within seconds. Throws `not-found`. */
export async function revokeWorkerCredential(
  { database, clock }: Pick<PlatformContext, 'database' | 'clock'>,
  actor: Actor,
  id: string,
): Promise<void> {
  await database.transaction(async tx => {
    const [row] = await tx.query<CredentialRow>(
      `select ${columns} from kade.worker_credential where id = $1 for update`,
      [id],
    )
    if (!row)
      throw new PlatformError('not-found', {
        en: 'There is no such credential.',
        nl: 'Deze toegangssleutel bestaat niet.',
      })
    if (row.revoked_at) return
    await tx.query('update kade.worker_credential set revoked_at = $2 where id = $1', [id, clock()])
    await tell(tx, row, cluster => ({
      type: 'WorkerCredentialRevoked',
      data: { cluster, credential: id, name: row.name, actor: actor.id, via: actor.via },
    }))
  })
}

/** Whom a token lets in, and until when. */
export type KnownWorker = {
  readonly credential: string
  readonly clusters: readonly string[]
}

/** Who holds this token, while it is good; undefined for every other string. By the database's own clock. */
export async function findWorkerCredential(
  sql: Sql,
  token: string,
): Promise<KnownWorker | undefined> {
  const [row] = await sql.query<{ id: string; clusters: string[] }>(
    `select id, clusters from kade.worker_credential
      where token_hash = $1 and revoked_at is null and expires_at > now()`,
    [hashToken(token)],
  )
  return row && { credential: row.id, clusters: row.clusters }
}

/** Notes which worker used a credential, about once a minute at most. */
export async function noteUse(sql: Sql, credential: string, worker: string): Promise<void> {
  await sql.query(
    `update kade.worker_credential set used_at = now(), used_by = $2
      where id = $1 and (used_by is distinct from $2 or used_at < now() - interval '1 minute')`,
    [credential, worker],
  )
}

function view(row: CredentialRow, now: Date): WorkerCredential {
  const isOver = row.expires_at <= now ? 'expired' : 'active'
  return {
    id: row.id,
    name: row.name,
    clusters: row.clusters,
    state: row.revoked_at ? 'revoked' : isOver,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at.toISOString(),
    usedAt: row.used_at?.toISOString() ?? null,
    usedBy: row.used_by,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}

async function makeRoom(tx: Sql, name: string, now: Date): Promise<void> {
  // One that ran out gives its name away.
  await tx.query(
    'update kade.worker_credential set revoked_at = $2 where name = $1 and revoked_at is null and expires_at <= $2',
    [name, now],
  )
  const living = await tx.query<{ name: string }>(
    'select name from kade.worker_credential where revoked_at is null and expires_at > $1',
    [now],
  )
  if (living.some(one => one.name === name))
    throw new PlatformError(
      'name-taken',
      {
        en: `There is a credential ${name} that is still good.`,
        nl: `Er is al een geldige toegangssleutel ${name}.`,
      },
      {
        violations: [{ pointer: '/name', detail: { en: 'is taken', nl: 'is bezet' } }],
        next: { en: 'Choose another name.', nl: 'Kies een andere naam.' },
      },
    )
  if (living.length < MOST) return
  throw new PlatformError(
    'quota-exceeded',
    {
      en: `There are ${MOST} credentials of workers, and there may be no more.`,
      nl: `Er zijn ${MOST} toegangssleutels van workers, en meer kan niet.`,
    },
    {
      next: {
        en: 'Revoke those that nobody uses.',
        nl: 'Trek in wat niemand gebruikt.',
      },
    },
  )
}

/** Enters a cluster in the registry, or what is said of where it stands. */
async function enter(
  tx: Sql,
  { name, region, jurisdiction }: CreateWorkerCredential['clusters'][number],
  now: Date,
): Promise<void> {
  const waits = {
    en: 'Waiting for its worker to connect.',
    nl: 'Wacht tot de worker verbinding maakt.',
  }
  await tx.query(
    `insert into kade.cluster (name, region, jurisdiction, is_primary, simulated, state, since, message)
     values ($1, coalesce($2, 'unknown'), coalesce($3, 'unknown'), false, false, 'starting', $4, $5)
     on conflict (name) do update set region = coalesce($2, cluster.region),
       jurisdiction = coalesce($3, cluster.jurisdiction)`,
    [name, region ?? null, jurisdiction ?? null, now, waits],
  )
}

type Told = Parameters<typeof append>[3][number]

/** Each of its clusters has it in its story. */
async function tell(
  tx: Sql,
  { clusters }: CredentialRow,
  event: (cluster: string) => Told,
): Promise<void> {
  for (const cluster of clusters.toSorted())
    await append(tx, `cluster-${cluster}`, null, [event(cluster)])
}
