/**
 * A real PostgreSQL for one machine, from npm, started when Kade is given no database.
 *
 *   $KADE_HOME/postgres/data          the data directory, or a link to it (see `dataPlace`)
 *   $KADE_HOME/postgres/port          its port on 127.0.0.1, kept while it stays free
 *   $KADE_HOME/keys/postgres-password random, 0600
 *
 * Start: attach when a server of this very data directory answers (it outlives a SIGKILL of Kade), else start it, again
 * and again until the deadline: a killed postmaster can stand in the way as a zombie for a second or two.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePorts, isPortFree } from '../loopback-ports.ts'
import { findPostgres, type PostgresBinaries, SYSTEM_DIRECTORY } from './postgres-binaries.ts'
import { blockedParent, type ServerUser, serverUser } from './server-user.ts'

const run = promisify(execFile)

export type EmbeddedPostgresOptions = {
  /** $KADE_HOME. */
  home: string
  /** Takes a line for the person at the terminal: what is created on their machine and why. */
  say?: (line: string) => void
  /** Server settings written at the first start, such as `fsync: 'off'` for tests. */
  settings?: Record<string, string>
  signal?: AbortSignal
}

export type EmbeddedPostgres = {
  /** `postgres://` URL of the superuser on the database `kade`. Holds the password: never log it. */
  adminUrl: string
  /** Ends the server, also one that was attached to. */
  stop(): Promise<void>
}

/** All that is needed to start, reach and stop the one server of a home. */
type Server = {
  dataDir: string
  log: string
  portFile: string
  password: string
  binaries: PostgresBinaries
  user: ServerUser | undefined
  signal: AbortSignal | undefined
}

const DATABASE = 'kade'
const SUPERUSER = 'postgres'
const START_DEADLINE_MS = 30_000
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path would have to be short, and loopback with a password serves all.
  unix_socket_directories: '',
  max_connections: '200',
}

/** Starts or joins the server of `home` and makes sure the database `kade` exists. Rejects with what to do when it cannot. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const home = path.resolve(options.home)
  const say = options.say ?? (() => {})
  await mkdir(path.join(home, 'postgres'), { recursive: true })
  const user = await serverUser(say)
  const place = user ? await dataPlace(home, user, say) : path.join(home, 'postgres')
  const server: Server = {
    dataDir: path.join(place, 'data'),
    log: path.join(place, 'server.log'),
    portFile: path.join(home, 'postgres', 'port'),
    password: await keptPassword(path.join(home, 'keys', 'postgres-password')),
    binaries: await findPostgres(user),
    user,
    signal: options.signal,
  }
  await initialise(server, { ...SETTINGS, ...options.settings })
  const port = await attachOrStart(server)
  await ensureDatabase(url(server, port, SUPERUSER))
  return { adminUrl: url(server, port, DATABASE), stop: () => stopServer(server) }
}

/**
 * The directory that holds the data when the server runs as another user than Kade. Our own home is opened for passing
 * through (not for listing); a closed directory above it is not ours to open, so then the data stands under /var/lib.
 */
async function dataPlace(
  home: string,
  user: ServerUser,
  say: (line: string) => void,
): Promise<string> {
  const { mode } = await stat(home)
  if (!(mode & 0o001)) await chmod(home, (mode & 0o7777) | 0o001)
  let place = path.join(home, 'postgres')
  const blocked = await blockedParent(place, user)
  if (blocked) {
    const id = createHash('sha256').update(home).digest('hex').slice(0, 12)
    place = path.join(SYSTEM_DIRECTORY, `database-${id}`)
    const isNew = await stat(place).then(
      () => false,
      () => true,
    )
    if (isNew)
      say(
        `The user "postgres" may not enter ${blocked}: the database of ${home} stands in ${place}.`,
      )
    await mkdir(place, { recursive: true, mode: 0o711 }).catch(cause => {
      throw new Error(
        `The user "postgres" may not enter ${blocked}, and ${place} could not be made. Set KADE_HOME to a directory outside ${blocked}, or KADE_DATABASE_URL to a PostgreSQL of your own.`,
        { cause },
      )
    })
    await symlink(path.join(place, 'data'), path.join(home, 'postgres', 'data')).catch(() => {})
  }
  await chown(place, user.uid, user.gid)
  return place
}

async function keptPassword(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const password = randomBytes(24).toString('base64url')
  try {
    await writeFile(file, password, { mode: 0o600, flag: 'wx' })
    return password
  } catch {
    return (await readFile(file, 'utf8')).trim()
  }
}

/** Makes the data directory beside its place and renames it, so that a killed start leaves no half database. */
async function initialise(server: Server, settings: Record<string, string>): Promise<void> {
  const version = await readFile(path.join(server.dataDir, 'PG_VERSION'), 'utf8').catch(() => null)
  if (version !== null) {
    if (version.trim() === server.binaries.major) return
    throw new Error(
      `The database in ${server.dataDir} was made by PostgreSQL ${version.trim()}; this Kade brings ${server.binaries.major}. Start the earlier Kade to export it, or move the directory away.`,
    )
  }
  const beside = `${server.dataDir}.new`
  const passwordFile = `${server.dataDir}.password`
  await rm(beside, { recursive: true, force: true })
  await writeFile(passwordFile, server.password, { mode: 0o600 })
  if (server.user) await chown(passwordFile, server.user.uid, server.user.gid)
  try {
    await asServerUser(server, server.binaries.initdb, [
      `--pgdata=${beside}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ])
  } finally {
    await rm(passwordFile, { force: true })
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  await appendFile(path.join(beside, 'postgresql.conf'), lines.join(''))
  await rename(beside, server.dataDir)
}

async function attachOrStart(server: Server): Promise<number> {
  const until = Date.now() + START_DEADLINE_MS
  let cause: unknown
  while (Date.now() < until) {
    server.signal?.throwIfAborted()
    const kept = await knownPort(server)
    if (kept && (await answers(server, kept))) return kept
    const port = kept && (await isPortFree(kept)) ? kept : await onePort()
    await writeFile(server.portFile, `${port}\n`)
    try {
      const at = ['-D', server.dataDir, '-l', server.log, '-o', `-p ${port}`]
      await asServerUser(server, server.binaries.pgCtl, ['start', '-w', '-t', '20', ...at])
      return port
    } catch (error) {
      cause = error
      await delay(400)
    }
  }
  const log = (await readFile(server.log, 'utf8').catch(() => '')).trim().split('\n').slice(-5)
  throw new Error(
    `The embedded PostgreSQL did not start within ${START_DEADLINE_MS / 1000} s. Its log ${server.log} ends:\n${log.join('\n')}`,
    { cause },
  )
}

async function onePort(): Promise<number> {
  const [port] = await freePorts(1)
  if (port === undefined) throw new Error('No free port was found for PostgreSQL.')
  return port
}

/** The port of the last start: as the postmaster wrote it down (line 4 of postmaster.pid), else as we did; 0 when none. */
async function knownPort(server: Server): Promise<number> {
  const pid = await readFile(path.join(server.dataDir, 'postmaster.pid'), 'utf8').catch(() => '')
  const file = await readFile(server.portFile, 'utf8').catch(() => '')
  return Number(pid.split('\n')[3]) || Number(file) || 0
}

/** Whether the server on that port takes our password and serves our data directory. */
async function answers(server: Server, port: number): Promise<boolean> {
  const rows = await ask<{ data_directory: string }>(
    url(server, port, SUPERUSER),
    'show data_directory',
  ).catch(() => [])
  return rows[0]?.data_directory === (await realpath(server.dataDir))
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const found = await ask(adminUrl, `select 1 from pg_database where datname = '${DATABASE}'`)
  if (found.length === 0) await ask(adminUrl, `create database ${DATABASE}`)
}

async function ask<Row extends pg.QueryResultRow>(
  connectionString: string,
  text: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

async function stopServer(server: Server): Promise<void> {
  const stop = ['stop', '-D', server.dataDir, '-m', 'fast', '-w', '-t', '30']
  await asServerUser(server, server.binaries.pgCtl, stop).catch(async cause => {
    const gone = await stat(path.join(server.dataDir, 'postmaster.pid')).then(
      () => false,
      () => true,
    )
    if (!gone) throw new Error(`PostgreSQL in ${server.dataDir} did not stop in 30 s.`, { cause })
  })
}

async function asServerUser(server: Server, program: string, args: string[]): Promise<void> {
  try {
    await run(program, args, {
      ...server.user,
      cwd: '/',
      timeout: 120_000,
      // Nothing of Kade's own environment: it may hold secrets, and PG* variables would lead the tools astray.
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    })
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    throw new Error(`${path.basename(program)} failed: ${said || String(cause)}`, { cause })
  }
}

function url(server: Server, port: number, database: string): string {
  return `postgres://${SUPERUSER}:${server.password}@127.0.0.1:${port}/${database}`
}
