/**
 * Brings a database up to this version of Kade. It runs at every start, is a no-op when nothing is new, and one process at
 * a time does it (advisory lock). Two roles: the owner (the admin URL) migrates; the runtime role, which every other
 * connection uses, has no DDL and can neither change nor remove an event or a line of the audit.
 *
 *   0000 message-db's event store · NNNN our own SQL files, each once, each in its transaction · pg-boss by itself ·
 *   the runtime role and its grants, every time
 */
import { createHmac, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { QUEUE_SCHEMA } from './jobs.ts'
import { messageStoreSql } from './message-store.ts'
import { connectionOf, sqlState } from './postgres.ts'
import { scramVerifier } from './scram.ts'

const RUNTIME_ROLE = 'kade_runtime'
const OLDEST = 15
const LOCK = 'kade.migrate'
const LOCK_TIMEOUT_MS = 60_000
const MIGRATIONS = new URL('./migrations/', import.meta.url)

export type MigrateOptions = {
  /** The owner: may create schemas and, unless `runtimeUrl` names a living role, roles. */
  adminUrl: string
  /** Password of the role made beside the owner. Absent: a new random one, so that earlier processes cannot reconnect. */
  runtimePassword?: string
  /**
   * Where the runtime role was made by somebody else: its URL, which is granted what Kade needs and given back. With the
   * user of `adminUrl`: an owner gets a role made beside it; one that may not migrate must find nothing to migrate.
   */
  runtimeUrl?: string
}

/** Rejects when the admin URL does not answer, or may not do what is needed. The URL given back holds a password. */
export async function migrate(options: MigrateOptions): Promise<{ runtimeUrl: string }> {
  const client = new pg.Client(connectionOf(options.adminUrl))
  client.on('error', () => {})
  await client.connect()
  try {
    await requireVersion(client)
    const owner = await mayMigrate(client)
    const runtimeUrl = runtimeUrlOf(options, owner)
    if (!owner && isOneRole(options)) {
      await requireCurrent(client)
      return { runtimeUrl }
    }
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`)
    await client.query('SET client_min_messages = warning')
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [LOCK])
    await runMigrations(client)
    await migrateQueues(options.adminUrl)
    await ensureRole(client, runtimeUrl, runtimeUrl !== options.runtimeUrl)
    await grant(client, decodeURIComponent(new URL(runtimeUrl).username))
    return { runtimeUrl }
  } finally {
    // Ends the session and with it the lock.
    await client.end().catch(() => {})
  }
}

function isOneRole({ adminUrl, runtimeUrl }: MigrateOptions): boolean {
  return runtimeUrl !== undefined && new URL(runtimeUrl).username === new URL(adminUrl).username
}

async function mayMigrate(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    "SELECT has_database_privilege(current_database(), 'CREATE') AS may",
  )
  return rows[0]?.may ?? false
}

async function requireCurrent(client: pg.Client): Promise<void> {
  const { rows: found } = await client.query(
    "SELECT 1 WHERE to_regclass('kade.migration') IS NOT NULL",
  )
  const done = found.length > 0 ? await doneMigrations(client) : new Set()
  const missing = ['0000-message-store', ...(await ourMigrations())].filter(name => !done.has(name))
  if (missing.length === 0) return
  throw new Error(
    `The database misses ${missing.join(', ')}, and this role may not migrate it. Start Kade once with KADE_DATABASE_ADMIN_URL set to the owner's URL.`,
  )
}

async function ourMigrations(): Promise<string[]> {
  const files = (await readdir(MIGRATIONS)).filter(file => file.endsWith('.sql')).sort()
  return files.map(file => file.slice(0, -'.sql'.length))
}

async function doneMigrations(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM kade.migration')
  return new Set(rows.map(row => row.name))
}

/** The same for every process that is given nothing but the owner's URL: made from its password, which it does not show. */
function passwordBeside(adminUrl: URL): string | undefined {
  if (!adminUrl.password) return undefined
  return createHmac('sha256', adminUrl.password)
    .update(`${RUNTIME_ROLE}${adminUrl.pathname}`)
    .digest('base64url')
}

/** Roles belong to a server and not to a database: two Kades on one server must not take each other's login. */
function roleBeside(adminUrl: URL): string {
  const database = decodeURIComponent(adminUrl.pathname.slice(1) || adminUrl.username)
  return database === 'kade' ? RUNTIME_ROLE : `${RUNTIME_ROLE}_${database}`.slice(0, 63)
}

function runtimeUrlOf(options: MigrateOptions, owner: boolean): string {
  const { adminUrl, runtimePassword, runtimeUrl } = options
  if (runtimeUrl !== undefined && !(owner && isOneRole(options))) return runtimeUrl
  const url = new URL(adminUrl)
  const beside = runtimeUrl === undefined ? undefined : passwordBeside(url)
  const password = runtimePassword ?? beside ?? randomBytes(24).toString('base64url')
  url.username = encodeURIComponent(roleBeside(url))
  url.password = encodeURIComponent(password)
  return url.href
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number,
       current_setting('server_version') AS text`,
  )
  const version = rows[0]
  if (version && version.number >= OLDEST * 10_000) return
  throw new Error(
    `This PostgreSQL is ${version?.text}; Kade needs ${OLDEST} or newer. Set KADE_DATABASE_URL to such a one, or leave it out to use the embedded one.`,
  )
}

async function runMigrations(client: pg.Client): Promise<void> {
  await client.query('CREATE SCHEMA IF NOT EXISTS kade')
  await client.query(
    'CREATE TABLE IF NOT EXISTS kade.migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())',
  )
  const names = await doneMigrations(client)
  const once = async (name: string, sql: () => Promise<string>) => {
    if (names.has(name)) return
    try {
      await client.query('BEGIN')
      await client.query(await sql())
      await client.query('INSERT INTO kade.migration (name) VALUES ($1)', [name])
      await client.query('COMMIT')
    } catch (cause) {
      await client.query('ROLLBACK').catch(() => {})
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`Migration ${name} failed and was undone: ${why}`, { cause })
    }
  }
  await once('0000-message-store', messageStoreSql)
  for (const name of await ourMigrations()) {
    await once(name, () => readFile(new URL(`${name}.sql`, MIGRATIONS), 'utf8'))
  }
}

/** pg-boss has migrations of its own; the owner runs them, so that the runtime role needs no DDL. */
async function migrateQueues(adminUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: adminUrl,
    schema: QUEUE_SCHEMA,
    max: 2,
    supervise: false,
    schedule: false,
  })
  boss.on('error', () => {})
  await boss.start()
  await boss.stop({ graceful: false })
}

/** A role of somebody else is made when it is missing, but its password is never changed. */
async function ensureRole(client: pg.Client, runtimeUrl: string, isOurs: boolean): Promise<void> {
  const { username, password } = new URL(runtimeUrl)
  const role = pg.escapeIdentifier(decodeURIComponent(username))
  const problem = await loginProblem(runtimeUrl)
  if (problem === undefined) return
  const verifier = pg.escapeLiteral(scramVerifier(decodeURIComponent(password)))
  try {
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${verifier}`)
  } catch (error) {
    if (!isOurs || sqlState(error) !== '42710') throw cannotLogIn(role, problem, error)
    await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${verifier}`).catch(cause => {
      throw cannotLogIn(role, problem, cause)
    })
  }
}

function cannotLogIn(role: string, problem: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new Error(
    `Kade cannot log in as ${role} (${problem}) and could not make that role (${why}). Let an administrator make it or look after its password; then set KADE_DATABASE_URL to its URL, and KADE_DATABASE_ADMIN_URL to the owner's.`,
    { cause },
  )
}

async function loginProblem(url: string): Promise<string | undefined> {
  const client = new pg.Client(connectionOf(url))
  client.on('error', () => {})
  try {
    await client.connect()
    return undefined
  } catch (error) {
    // Known, but not let into this database yet: that is granted next.
    if (sqlState(error) === '42501') return undefined
    return error instanceof Error ? error.message : String(error)
  } finally {
    await client.end().catch(() => {})
  }
}

async function grant(client: pg.Client, runtimeRole: string): Promise<void> {
  const role = pg.escapeIdentifier(runtimeRole)
  await client.query(`
    BEGIN;
    DO $$ BEGIN
      EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), ${pg.escapeLiteral(runtimeRole)});
    END $$;
    REVOKE ALL ON SCHEMA kade, message_store, ${QUEUE_SCHEMA} FROM PUBLIC;
    GRANT USAGE ON SCHEMA kade, message_store, ${QUEUE_SCHEMA} TO ${role};

    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA kade, ${QUEUE_SCHEMA} TO ${role};
    REVOKE INSERT, UPDATE, DELETE ON kade.migration FROM ${role};
    REVOKE UPDATE, DELETE ON kade.audit FROM ${role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA kade, ${QUEUE_SCHEMA} TO ${role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${QUEUE_SCHEMA} TO ${role};

    REVOKE ALL ON message_store.messages FROM ${role};
    GRANT SELECT ON message_store.messages TO ${role};
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA message_store FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA message_store TO ${role};
    COMMIT;
  `)
}
