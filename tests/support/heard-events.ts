import { createParser } from 'eventsource-parser'
import { EventView } from '#api/events.ts'
import { until } from './deployments.ts'
import type { RunningKade } from './kade.ts'

export type HeardEvents = {
  readonly events: readonly EventView[]
  /** Names of the events of an operation, in the order they were heard. */
  namesOf(operation: string): string[]
  /** Resolves when an event of that name was heard for the operation. */
  heard(operation: string, name: string): Promise<EventView>
  stop(): void
}

/** Follows the event stream from now on, or from after a cursor. */
export async function hearEvents(
  { url, token }: Pick<RunningKade, 'url' | 'token'>,
  after?: string,
): Promise<HeardEvents> {
  const over = new AbortController()
  const response = await fetch(`${url}/api/v1/events`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(after === undefined ? {} : { 'last-event-id': after }),
    },
    signal: over.signal,
  })
  if (!response.ok || !response.body) throw new Error(`No stream: ${response.status}`)
  const events: EventView[] = []
  const parser = createParser({
    onEvent: message => events.push(EventView.parse(JSON.parse(message.data))),
  })
  const text = response.body.pipeThrough(new TextDecoderStream())
  void (async () => {
    for await (const chunk of text) parser.feed(chunk)
  })().catch(() => {})
  const of = (operation: string) => events.filter(event => event.operation === operation)
  return {
    events,
    namesOf: operation => of(operation).map(event => event.name),
    heard: (operation, name) =>
      until(() => {
        const found = of(operation).find(event => event.name === name)
        if (!found)
          throw new Error(`${name} was not heard; heard ${of(operation).map(e => e.name)}`)
        return found
      }),
    stop: () => over.abort(),
  }
}
