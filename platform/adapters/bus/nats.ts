/**
 * NATS JetStream as a destination. One stream (`KADE` unless named otherwise) keeps `kade.<namespace or _>.<Name>`; the id of an event is
 * the message's, so that the server drops what comes twice within the stream's window.
 *
 * Why these libraries: they are the NATS project's own, and JetStream's acknowledgement says that a message is stored.
 */
import { readFile } from 'node:fs/promises'
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream'
import {
  connect,
  credsAuthenticator,
  headers,
  type NatsConnection,
  nanos,
} from '@nats-io/transport-node'
import { PlatformError } from '../../errors.ts'
import { type CloudEvent, cloudEventType } from '../../events/cloud-event.ts'
import { orAborted } from '../../or-aborted.ts'
import type { BusDriver } from './bus-driver.ts'

export type NatsOptions = {
  /** `nats://` or `tls://`, with commas between several servers of one cluster. TLS is demanded where one says `tls://`. */
  url: string
  /** Path of a credentials file, as `nsc` writes it. */
  credentials?: string | undefined
  /** `KADE` when absent. Made when it is not there and the account may. */
  stream?: string | undefined
}

const CONNECT_MS = 5_000
const PUBLISH_MS = 5_000
const DAY_MS = 86_400_000
/** How long the server knows an id again: longer than any restart of Kade between a publish and its cursor. */
const WINDOW_MS = 3_600_000

export function natsDriver(options: NatsOptions): BusDriver {
  const stream = options.stream ?? 'KADE'
  let open: Promise<NatsConnection> | undefined
  let stopped = false
  const connection = (): Promise<NatsConnection> => {
    if (stopped) throw new Error('This driver was stopped.')
    open ??= connectTo(options, stream).catch(error => {
      open = undefined
      throw error
    })
    return open
  }
  const letGo = async () => {
    const closing = open
    open = undefined
    await (await closing?.catch(() => undefined))?.close()
  }
  return {
    name: 'nats',
    start: async () => {},
    async publish(events, signal) {
      const nats = await orAborted(connection(), signal)
      try {
        const js = jetstream(nats)
        for (const event of events) {
          signal.throwIfAborted()
          const said = headers()
          said.set('content-type', cloudEventType)
          const sent = js.publish(subjectOf(event), JSON.stringify(event), {
            msgID: event.id,
            headers: said,
            timeout: PUBLISH_MS,
            expect: { streamName: stream },
          })
          await orAborted(sent, signal)
        }
      } catch (error) {
        // What state the connection is in is not known; the next batch begins on a new one.
        await letGo()
        throw error
      }
    },
    async stop() {
      stopped = true
      await letGo()
    },
  }
}

/** `kade.team-a.DeploymentCompleted`: a receiver can choose by namespace, by name of the event, or both. */
function subjectOf({ subject, type }: CloudEvent): string {
  const [namespace = '_'] = (subject ?? '_').split('/')
  return `kade.${namespace}.${type.split('.').at(-2)}`
}

async function connectTo(options: NatsOptions, stream: string): Promise<NatsConnection> {
  const credentials =
    options.credentials === undefined
      ? {}
      : { authenticator: credsAuthenticator(new Uint8Array(await readFile(options.credentials))) }
  const servers = options.url.split(',').map(one => one.trim())
  const nats = await connect({
    servers,
    // The client looks at no scheme: unasked, it speaks in the clear where the server has no TLS, or somebody between says so.
    ...(servers.some(one => one.startsWith('tls://')) ? { tls: {} } : {}),
    name: 'kade',
    timeout: CONNECT_MS,
    // A connection that breaks is let go and made anew by whoever publishes: a publish then fails at once, and comes again.
    reconnect: false,
    ...credentials,
  })
  try {
    await ensureStream(nats, stream)
    return nats
  } catch (error) {
    await nats.close()
    throw error
  }
}

async function ensureStream(nats: NatsConnection, name: string): Promise<void> {
  const manager = await jetstreamManager(nats, { timeout: CONNECT_MS, checkAPI: false })
  try {
    await manager.streams.info(name)
    return
  } catch (error) {
    if (!isNotFound(error)) throw unusable(name, error)
  }
  try {
    await manager.streams.add({
      name,
      subjects: ['kade.>'],
      storage: StorageType.File,
      duplicate_window: nanos(WINDOW_MS),
      max_age: nanos(30 * DAY_MS),
    })
  } catch (error) {
    throw unusable(name, error)
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && /stream not found/i.test(error.message)
}

function unusable(stream: string, cause: unknown): PlatformError {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new PlatformError(
    'request-invalid',
    `The stream ${stream} of NATS cannot be used: ${said}.`,
    {
      next: 'Make a stream for kade.> by hand and name it in KADE_NATS_STREAM, or let the account of Kade make it.',
      cause,
    },
  )
}
