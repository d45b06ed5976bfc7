import type { Violation } from '#api/problem.ts'

type Bounds = { readonly depth: number; readonly bytes: number }

/** What a module answers, besides its objects. The sandbox bounds the text of an answer, not how deep it goes. */
export const answerBounds: Bounds = { depth: 32, bytes: 512 * 1024 }
/** Answers of a form, which stand in every revision. */
export const settingsBounds: Bounds = { depth: 16, bytes: 64 * 1024 }
/** A passport is read by people; nothing in it is a book. */
export const passportBounds: Bounds = { depth: 16, bytes: 64 * 1024 }

/**
 * Data of a stranger that are too deep or too large. It comes before whatever walks them by calling itself, such as
 * `JSON.stringify`, whose stack they would exhaust.
 */
export function boundViolations(value: unknown, root: string, most: Bounds): Violation[] {
  const fits =
    !isDeeper(value, most.depth) && Buffer.byteLength(JSON.stringify(value) ?? '') <= most.bytes
  if (fits) return []
  const kilobytes = most.bytes / 1024
  return [
    {
      pointer: root,
      detail: {
        en: `must be at most ${kilobytes} KiB, and nested at most ${most.depth} deep`,
        nl: `mag hoogstens ${kilobytes} KiB zijn, en hoogstens ${most.depth} diep genest`,
      },
    },
  ]
}

function isDeeper(value: unknown, most: number): boolean {
  const waiting = [{ value, depth: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: inside, depth } = next
    if (typeof inside !== 'object' || inside === null) continue
    if (depth > most) return true
    for (const inner of Object.values(inside)) waiting.push({ value: inner, depth: depth + 1 })
  }
  return false
}
