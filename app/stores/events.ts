import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { EventView } from '#api/events.ts'
import { openStream } from '../event-stream.ts'
import { useSession } from './session.ts'

type Listener = (event: EventView) => void
type Message = { kind: 'event'; event: EventView } | { kind: 'state'; connected: boolean }

const name = 'kade-events'

/**
 * What happens in Kade, as it happens. A browser has one stream, however many tabs are open: the tab that holds the lock has
 * it and tells the others over a channel; when it closes, the next tab takes over. After any break every listener hears
 * `resumed`, to look again. Where the browser has no locks (plain http to another machine) each tab has its own stream.
 */
export const useEvents = defineStore('events', () => {
  const connected = ref(true)
  const listeners = new Set<Listener>()
  let channel: BroadcastChannel | undefined
  let ending: AbortController | undefined

  function hear(message: Message) {
    if (message.kind === 'event') for (const listener of listeners) listener(message.event)
    else {
      const back = message.connected && !connected.value
      connected.value = message.connected
      if (back) resume()
    }
  }

  function resume() {
    const event = { id: '', name: 'resumed', at: new Date().toISOString(), data: {} }
    hear({ kind: 'event', event })
  }

  function tellAll(message: Message) {
    hear(message)
    channel?.postMessage(message)
  }

  /** Holds the stream until `signal` ends it. `late` when another tab had it before: something may have been missed. */
  function hold(signal: AbortSignal, late: boolean): Promise<void> {
    let missed = late
    return openStream('/api/v1/events', signal, {
      event: event => tellAll({ kind: 'event', event }),
      opened: async () => {
        await useSession().renew()
        tellAll({ kind: 'state', connected: true })
        if (missed) resume()
        missed = false
      },
      broken: async refused => {
        tellAll({ kind: 'state', connected: false })
        if (refused) await useSession().renew()
      },
    })
  }

  function start() {
    if (ending) return
    ending = new AbortController()
    const { signal } = ending
    channel = new BroadcastChannel(name)
    // Only `tellAll` of another tab of this portal writes to the channel.
    channel.onmessage = ({ data }) => hear(data as Message)
    const began = performance.now()
    if (!navigator.locks) hold(signal, false)
    else
      navigator.locks
        .request(name, { signal }, () => hold(signal, performance.now() - began > 1000))
        // Given up before it was this tab's turn.
        .catch(() => {})
  }

  function stop() {
    ending?.abort()
    ending = undefined
    channel?.close()
  }

  /** Calls `listener` for every event until the returned function is called. */
  function listen(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return { connected, start, stop, listen }
})
