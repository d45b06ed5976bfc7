import { mkdir } from 'node:fs/promises'
import type { Environments } from '#kit/environment.ts'
import { type Allowed, readAllowed } from '#platform/adapters/outgoing/allowed.ts'
import { PlatformError } from '#platform/errors.ts'
import type { FourEyes } from '#platform/governance/approvals/may-decide.ts'
import { kadeHome } from '../home.ts'
import { readDatabaseUrls } from './database-urls.ts'
import { readEnvironments } from './environments.ts'
import { type EventSettings, readEventSettings } from './event-settings.ts'
import { readSignInSettings, type SignInSettings } from './sign-in-settings.ts'

/** What a process of Kade is told by its environment and flags. */
export type Settings = {
  readonly home: string
  readonly host: string
  /** Null: 4100, or the next free one. */
  readonly port: number | null
  /** Runtime role. Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null
  /** Owner, for migrations; the runtime URL where absent. */
  readonly databaseAdminUrl: string | null
  readonly keyFile: string | undefined
  /** What dev, staging and prod give their deployments. */
  readonly environments: Environments
  /** Where events go beside Kade's own handlers. */
  readonly events: EventSettings
  /** Networks of one's own that Kade may call. */
  readonly outgoing: Allowed
  /** How people come in. */
  readonly signIn?: SignInSettings
  /** Clusters of one's own instead of the embedded ones. */
  readonly kubeconfig: string | null
  /** File that says where these stand; read by who plans clusters, since no other process has it. */
  readonly placesFile: string | undefined
  /** Embedded clusters, or contexts of the kubeconfig; null means all. */
  readonly clusters: readonly string[] | null
  /** Whether an approval needs a second person also where there is none. */
  readonly fourEyes: FourEyes
  /** Consent to join clusters of one's own. */
  readonly yes: boolean
}

export type Flags = { clusters?: string | undefined; yes?: boolean | undefined }

/** Reads the environment. Throws `request-invalid` for a value that cannot be meant. */
export async function readSettings(
  flags: Flags = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<Settings> {
  const home = kadeHome(env)
  await mkdir(home, { recursive: true })
  return {
    home,
    host: env.KADE_HOST ?? '127.0.0.1',
    port: env.KADE_PORT ? portOf(env.KADE_PORT) : null,
    ...readDatabaseUrls(env),
    keyFile: env.KADE_KEY_FILE,
    environments: await readEnvironments(env.KADE_ENVIRONMENTS),
    events: readEventSettings(env),
    outgoing: readAllowed(env.KADE_OUTGOING_ALLOW),
    signIn: await readSignInSettings(env),
    fourEyes: fourEyesOf(env.KADE_FOUR_EYES),
    kubeconfig: env.KADE_KUBECONFIG ?? null,
    placesFile: env.KADE_CLUSTERS,
    clusters: flags.clusters
      ? flags.clusters
          .split(',')
          .map(name => name.trim())
          .filter(Boolean)
      : null,
    yes: flags.yes ?? env.KADE_YES === '1',
  }
}

function fourEyesOf(text = 'when-possible'): FourEyes {
  if (text === 'required' || text === 'when-possible') return text
  throw new PlatformError('request-invalid', `KADE_FOUR_EYES is "${text}", which says nothing.`, {
    next: 'Say required or when-possible, or leave it out for when-possible.',
  })
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new PlatformError('request-invalid', `KADE_PORT is "${text}", which is no port.`, {
    next: 'Give a number from 1 to 65535, or leave it out for 4100.',
  })
}

/** Processes that share a database must be told which. */
export function demandDatabase(settings: Settings, command: string): void {
  if (settings.databaseUrl) return
  throw new PlatformError(
    'request-invalid',
    `kade ${command} shares its database with other processes, and none is named.`,
    {
      next: 'Set KADE_DATABASE_URL to that PostgreSQL. To run everything in one process, use kade up.',
    },
  )
}
