import { onScopeDispose } from 'vue'
import type { EventView } from '#api/events.ts'
import { useEvents } from '../stores/events.ts'

/**
 * Runs `refresh` soon after an event that `concerns` the caller, once for a burst of them, until the component is gone.
 * `resumed` (the stream was broken) concerns everybody.
 */
export function useLive(concerns: (event: EventView) => boolean, refresh: () => unknown): void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  const stop = useEvents().listen(event => {
    if (event.name !== 'resumed' && !concerns(event)) return
    clearTimeout(waiting)
    waiting = setTimeout(refresh, 150)
  })
  onScopeDispose(() => {
    stop()
    clearTimeout(waiting)
  })
}
