import { createParser } from 'eventsource-parser'
import type { Client } from '#api/client.ts'
import type { EventView } from '#api/events.ts'

/** Follows Kade's own events and tells each one; resolves when the stream is open. */
export async function followEvents(
  url: string,
  token: string,
  onEvent: (event: EventView) => void,
): Promise<() => void> {
  const ending = new AbortController()
  const response = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: ending.signal,
  })
  const parser = createParser({
    onEvent: message => {
      if (message.event) onEvent(JSON.parse(message.data))
    },
  })
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk, { stream: true }))
  }
  read().catch(error => {
    if (!ending.signal.aborted) throw error
  })
  return () => ending.abort()
}

/** Asks for namespaces and waits until each stands. */
export async function makeNamespaces(client: Client, names: readonly string[]): Promise<void> {
  for (const name of names) await client.createNamespace({ body: { name, environment: 'prod' } })
  for (const namespace of names)
    for (;;) {
      const { clusters } = await client.readNamespace({ params: { namespace } })
      if (clusters.every(one => one.state === 'ready')) break
      if (clusters.some(one => one.state === 'failed'))
        throw new Error(`${namespace} could not be prepared`)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
}
