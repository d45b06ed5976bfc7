import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from './database.ts'

export type WakeLoopOptions = {
  database: Database
  channel: string
  /** Whether a notification's payload concerns this loop; all do when absent. */
  concerns?: (payload: string) => boolean
  /** Does what there is to do; answers whether to go on at once. */
  step: () => Promise<boolean>
  /** Longest time in milliseconds between two steps; 3,000 when absent. */
  pollMs?: number
  onError?: ((error: unknown) => void) | undefined
}

const POLL_MS = 3_000
/** Before a step that a notification asks for right after another, so that a burst costs few steps. */
const REST_MS = 50
const AFTER_ERROR_MS = 1_000

/**
 * Calls `step`, never twice at a time, whenever there may be something to do: at once, on a notification, and every few
 * seconds, since notifications are lost while the connection is away. After a step that throws it tries again.
 */
export class WakeLoop {
  readonly #options: WakeLoopOptions
  #unlisten: (() => Promise<void>) | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #again = false
  #stopped = false

  constructor(options: WakeLoopOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { database, channel, concerns } = this.#options
    this.#unlisten = await database.listen(channel, payload => {
      if (payload === '' || !concerns || concerns(payload)) this.wake()
    })
    this.wake()
  }

  wake(): void {
    this.#again = true
    if (this.#stopped || this.#running) return
    clearTimeout(this.#timer)
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when the step that runs, if any, is over. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#unlisten?.()
    await this.#running
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    const { step, onError, pollMs = POLL_MS } = this.#options
    let wait = pollMs
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false
        if (await step()) this.#again = true
        else if (this.#again) await pause(REST_MS)
      }
    } catch (error) {
      onError?.(error)
      wait = AFTER_ERROR_MS
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), wait).unref()
  }
}
