/**
 * One connection that listens for all channels of a process.
 *
 *   idle ── first listen ──▶ connected ── connection lost ──▶ waiting ── backoff ──▶ connected: LISTEN again, wake all
 *
 * What was notified while it was away is lost, so after a reconnect every listener is woken with an empty payload.
 */
import type pg from 'pg'

const BACKOFF_MS = { first: 100, most: 5_000 }
const PULSE_MS = 10_000
const PULSE_DEADLINE_MS = 5_000

type OnWake = (payload: string) => void

export class Listener {
  readonly #connect: () => pg.Client
  readonly #onError: (error: Error) => void
  readonly #channels = new Map<string, Set<{ wake: OnWake }>>()
  #client: pg.Client | undefined
  #opening: Promise<pg.Client> | undefined
  #retry: NodeJS.Timeout | undefined
  #pulse: NodeJS.Timeout | undefined
  /** The driver takes one statement at a time. */
  #last: Promise<unknown> = Promise.resolve()
  #failures = 0
  #closed = false

  /** `connect` makes a client that is not yet connected. Nothing is opened before the first `listen`. */
  constructor(connect: () => pg.Client, onError: (error: Error) => void) {
    this.#connect = connect
    this.#onError = onError
  }

  async listen(channel: string, wake: OnWake): Promise<() => Promise<void>> {
    if (this.#closed) throw new Error('The database was closed.')
    const entry = { wake }
    const entries = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, entries.add(entry))
    try {
      const client = await this.#connected()
      await this.#send(client, `LISTEN ${quoted(channel)}`)
    } catch (error) {
      entries.delete(entry)
      throw error
    }
    return async () => {
      entries.delete(entry)
      if (entries.size > 0 || this.#channels.get(channel) !== entries) return
      this.#channels.delete(channel)
      if (this.#client)
        await this.#send(this.#client, `UNLISTEN ${quoted(channel)}`).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    clearInterval(this.#pulse)
    this.#channels.clear()
    await this.#opening?.catch(() => {})
    const last = this.#client
    this.#client = undefined
    await last?.end().catch(() => {})
  }

  #connected(): Promise<pg.Client> {
    if (this.#client) return Promise.resolve(this.#client)
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<pg.Client> {
    const client = this.#connect()
    client.on('error', error => this.#lose(client, error))
    client.on('end', () => this.#lose(client, new Error('The listening connection ended.')))
    client.on('notification', ({ channel, payload }) => {
      for (const { wake } of this.#channels.get(channel) ?? []) wake(payload ?? '')
    })
    try {
      await client.connect()
      for (const channel of this.#channels.keys())
        await this.#send(client, `LISTEN ${quoted(channel)}`)
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    this.#failures = 0
    this.#client = client
    this.#pulse = setInterval(() => void this.#feelPulse(client), PULSE_MS).unref()
    return client
  }

  #send(client: pg.Client, statement: string): Promise<unknown> {
    const sent = this.#last.then(() => client.query(statement))
    this.#last = sent.catch(() => {})
    return sent
  }

  #lose(lost: pg.Client, error: Error): void {
    if (this.#client !== lost) return
    this.#client = undefined
    clearInterval(this.#pulse)
    lost.end().catch(() => {})
    if (this.#closed) return
    this.#onError(error)
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    const wait = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#failures++)
    this.#retry = setTimeout(() => {
      this.#connected().then(
        () => {
          for (const entries of this.#channels.values()) for (const { wake } of entries) wake('')
        },
        () => {
          if (!this.#closed) this.#reconnectLater()
        },
      )
    }, wait).unref()
  }

  /** A connection cut without a word (a firewall, a lost host) shows only when it is used. */
  async #feelPulse(client: pg.Client): Promise<void> {
    const late = setTimeout(
      () => this.#lose(client, new Error('The listening connection fell silent.')),
      PULSE_DEADLINE_MS,
    ).unref()
    await this.#send(client, 'SELECT 1').catch(error => this.#lose(client, error))
    clearTimeout(late)
  }
}

function quoted(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`
}
