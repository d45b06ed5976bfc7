import type { Text } from '#api/names.ts'
import { type OutgoingAnswer, OutgoingError } from '../adapters/outgoing/outgoing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Milliseconds before each further try: what the Standard Webhooks specification advises, about 31 hours in all. */
export const pauses: readonly number[] = [
  5_000,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
]

/** A webhook that has had no success for so long is disabled. */
export const disabledAfterMs = 3 * 24 * HOUR

/** How one try went. `gone`: the receiver asks to be left alone (410). */
export type Outcome =
  | { readonly kind: 'delivered'; readonly status: number }
  | { readonly kind: 'failed' | 'gone'; readonly status?: number; readonly error: Text }

/** What an answer means: any 2xx is a receipt, and nothing else. */
export function outcomeOf(answer: OutgoingAnswer): Outcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  if (status === 410)
    return {
      kind: 'gone',
      status,
      error: {
        en: 'The receiver answered 410: it wants nothing more.',
        nl: 'De ontvanger antwoordde 410: hij wil niets meer.',
      },
    }
  if (status >= 300 && status < 400)
    return {
      kind: 'failed',
      status,
      error: {
        en: `The receiver answered ${status}, a redirect. Give the webhook the address it leads to.`,
        nl: `De ontvanger antwoordde ${status}, een doorverwijzing. Geef de webhook het adres waar die heen leidt.`,
      },
    }
  return {
    kind: 'failed',
    status,
    error: { en: `The receiver answered ${status}.`, nl: `De ontvanger antwoordde ${status}.` },
  }
}

/** What it means that no answer came; rethrows what is no failure of the receiver. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof OutgoingError) return { kind: 'failed', error: error.text }
  throw error
}

/**
 * Milliseconds until the next try after so many, or null when there is none. Up to a fifth is added, so that what failed
 * together does not come back together; `chance` is from 0 to 1.
 */
export function pauseAfter(attempts: number, chance: number, all = pauses): number | null {
  const pause = all[attempts - 1]
  return pause === undefined ? null : Math.round(pause * (1 + chance / 5))
}
