import { PlatformError } from '../errors.ts'

/** How far a follower has come: the global position per category. Positions of different categories say nothing of each other. */
export type FeedCursor = ReadonlyMap<string, number>

const SHAPE = /^[a-z]+\.\d{1,15}(~[a-z]+\.\d{1,15})*$/

export function encodeCursor(cursor: FeedCursor): string {
  return [...cursor].map(([category, position]) => `${category}.${position}`).join('~')
}

/** Throws `request-invalid` for what `encodeCursor` has not made. */
export function decodeCursor(text: string): FeedCursor {
  if (!SHAPE.test(text) || text.length > 1_000) {
    throw new PlatformError(
      'request-invalid',
      'This position in the event stream is not one of ours.',
      {
        next: 'Connect again without Last-Event-ID.',
      },
    )
  }
  return new Map(
    text.split('~').map(part => {
      const [category = '', position] = part.split('.')
      return [category, Number(position)]
    }),
  )
}
