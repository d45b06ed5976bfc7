import type { Text } from '#api/names.ts'
import type { StoredEvent } from '#platform/events/types.ts'

type FailoverEvent = Extract<StoredEvent, { type: 'FailoverChosen' | 'FailoverHeld' }>

/** What was chosen for when the cluster of a deployment is down, or why it is not moved, for people. */
export function failoverText(event: FailoverEvent): Text {
  if (event.type === 'FailoverHeld') return event.data.message
  const { mode, after } = event.data
  switch (mode) {
    case 'never':
      return {
        en: 'When its cluster is down, it stays there.',
        nl: 'Als het cluster uit is, blijft hij daar.',
      }
    case 'immediate':
      return {
        en: 'When its cluster is down, it is moved as soon as that is certain.',
        nl: 'Als het cluster uit is, verhuist hij zodra dat vaststaat.',
      }
    case 'graceful':
      return {
        en: `When its cluster has been down for ${after} seconds, it is moved.`,
        nl: `Als het cluster ${after} seconden uit is, verhuist hij.`,
      }
  }
}
