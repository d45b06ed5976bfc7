import { PlatformError } from '#platform/errors.ts'
import type { Settings } from './settings.ts'

const RUNTIME = 'KADE_DATABASE_URL'
const OWNER = 'KADE_DATABASE_ADMIN_URL'
const HOW_TO = 'docs/how-to/use-your-own-postgresql.md tells how.'

/**
 * The URLs of a PostgreSQL of one's own. Throws `request-invalid` for what cannot be meant, and echoes none of it: such a
 * URL holds a password.
 */
export function readDatabaseUrls(
  env: NodeJS.ProcessEnv,
): Pick<Settings, 'databaseUrl' | 'databaseAdminUrl'> {
  const runtime = databaseUrl(env, RUNTIME)
  const owner = databaseUrl(env, OWNER)
  if (owner && !runtime) {
    throw invalid(`${OWNER} is set and ${RUNTIME}, the role Kade runs as, is not.`, 'Set both.')
  }
  if (owner && runtime && owner.pathname !== runtime.pathname) {
    throw invalid(
      `${RUNTIME} names the database "${nameOf(runtime)}" and ${OWNER} the database "${nameOf(owner)}".`,
      'Give both the same database.',
    )
  }
  return { databaseUrl: runtime?.href ?? null, databaseAdminUrl: owner?.href ?? null }
}

/** What a person can do about a given PostgreSQL that answers Kade with an error, or not at all. */
export function cannotUse(url: string, cause: unknown): unknown {
  // PostgreSQL's errors and the network's have a code; what migrating itself says is told as it is.
  if (!(cause instanceof Error && 'code' in cause)) return cause
  const { host } = new URL(url)
  const why = cause.message || cause.code
  return new PlatformError(
    'database-unreachable',
    `The PostgreSQL at ${host} does not take Kade in: ${why}.`,
    {
      cause,
      next: `Check that it runs, and host, user, password and database in ${RUNTIME} and ${OWNER}. ${HOW_TO}`,
    },
  )
}

function databaseUrl(env: NodeJS.ProcessEnv, variable: string): URL | undefined {
  const text = env[variable]
  if (!text) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return url
  throw invalid(
    `${variable} is no URL of a PostgreSQL.`,
    'Write postgres://user:password@host:5432/database; in a password, @ is %40 and / is %2F.',
  )
}

function nameOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1))
}

function invalid(message: string, what: string): PlatformError {
  return new PlatformError('request-invalid', message, { next: `${what} ${HOW_TO}` })
}
