import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { CloudEvent } from '#platform/events/cloud-event.ts'

/** Where Debian's package or a search path has it; undefined where this machine has none. */
export const natsBinary = ['/usr/sbin', ...(process.env.PATH ?? '').split(path.delimiter)]
  .map(folder => path.join(folder, 'nats-server'))
  .find(file => existsSync(file))

export type NatsServer = {
  readonly url: string
  /** SIGKILL: nobody connected is told. */
  kill(): Promise<void>
  /** On the same port and files. */
  start(): Promise<void>
  /** The messages of a stream in order. */
  held(stream?: string): Promise<CloudEvent[]>
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** A real nats-server with JetStream on loopback, its files in a directory that `stop` removes. */
export async function startNatsServer(): Promise<NatsServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kade-nats-'))
  const port = await freePort()
  const url = `nats://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const start = async () => {
    const args = ['-js', '-a', '127.0.0.1', '-p', String(port), '-sd', folder]
    child = spawn(natsBinary ?? 'nats-server', args, { stdio: 'ignore' })
    const end = Date.now() + 15_000
    // Without Vitest's own waiting: benchmarks start one too.
    for (;;) {
      try {
        const probe = await connect({ servers: url, timeout: 500, reconnect: false })
        const manager = await jetstreamManager(probe)
        await manager.getAccountInfo()
        await probe.close()
        return
      } catch (error) {
        if (Date.now() > end) throw error
        await delay(50)
      }
    }
  }
  const kill = async () => {
    const dying = child
    child = undefined
    if (!dying || dying.exitCode !== null) return
    const gone = new Promise(resolve => dying.once('exit', resolve))
    dying.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    url,
    start,
    kill,
    held: stream => read(url, stream ?? 'KADE'),
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function read(url: string, stream: string): Promise<CloudEvent[]> {
  const nats = await connect({ servers: url, reconnect: false })
  try {
    const manager = await jetstreamManager(nats)
    const { state } = await manager.streams.info(stream)
    const events: CloudEvent[] = []
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(stream, { seq })
      if (message) events.push(message.json<CloudEvent>())
    }
    return events
  } finally {
    await nats.close()
  }
}
