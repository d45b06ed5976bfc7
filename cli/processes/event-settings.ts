import type { NatsOptions } from '#platform/adapters/bus/nats.ts'
import { PlatformError } from '#platform/errors.ts'

/** Where events go, and under whose name. */
export type EventSettings = {
  /** `source` of the CloudEvents; null: a name made of this installation's id. */
  readonly source: string | null
  readonly nats: NatsOptions | null
  /** Whether clusters are told what happens to their deployments. */
  readonly kubernetes: boolean
}

const absolute = /^[a-z][a-z0-9+.-]*:\S+$/i

/** Reads `KADE_EVENT_SOURCE`, `KADE_KUBERNETES_EVENTS` and `KADE_NATS_*`. Throws `request-invalid`, and never says what stands in a URL. */
export function readEventSettings(env: NodeJS.ProcessEnv): EventSettings {
  const source = env.KADE_EVENT_SOURCE || null
  if (source !== null && !absolute.test(source))
    throw new PlatformError(
      'request-invalid',
      `KADE_EVENT_SOURCE is "${source}", which is no URI.`,
      {
        next: 'Write urn:nld:oin:<OIN>:systeem:<name>, as the NL GOV profile has it.',
      },
    )
  return { source, nats: natsOf(env), kubernetes: kubernetesOf(env) }
}

function kubernetesOf({ KADE_KUBERNETES_EVENTS: said }: NodeJS.ProcessEnv): boolean {
  if (!said || said === 'on') return true
  if (said === 'off') return false
  throw new PlatformError(
    'request-invalid',
    `KADE_KUBERNETES_EVENTS is "${said}", which is neither on nor off.`,
    { next: 'Write off to tell clusters nothing, or leave it out.' },
  )
}

function natsOf(env: NodeJS.ProcessEnv): NatsOptions | null {
  const { KADE_NATS_URL: url, KADE_NATS_CREDENTIALS: credentials, KADE_NATS_STREAM: stream } = env
  if (!url) return null
  const servers = url.split(',').map(one => one.trim())
  // Told before anything else, and without the address: a password stands in it.
  if (servers.some(one => one.includes('@')))
    throw new PlatformError('request-invalid', 'KADE_NATS_URL holds a user or password.', {
      next: 'Leave out what stands before the @, and name a credentials file in KADE_NATS_CREDENTIALS.',
    })
  const schemes = new Set(servers.map(one => one.split('://')[0]))
  if (schemes.size > 1)
    throw new PlatformError('request-invalid', 'KADE_NATS_URL mixes tls:// with others.', {
      next: 'Write tls:// before all servers, or nats:// before all: which one answers is chance.',
    })
  const usable = servers.every(one => /^(nats|tls):\/\/[^/\s]+$/.test(one))
  if (!usable)
    throw new PlatformError('request-invalid', 'KADE_NATS_URL is no address of a NATS server.', {
      next: 'Write nats://host:4222 or tls://host:4222, with commas between several.',
    })
  return { url, credentials: credentials || undefined, stream: stream || undefined }
}
