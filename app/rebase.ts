import type { Draft } from './draft.ts'

type Loose = Record<string, unknown>

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function merged(before: unknown, mine: unknown, newest: unknown): unknown {
  if (same(before, mine)) return newest
  if (!isRecord(before) || !isRecord(mine) || !isRecord(newest)) return mine
  const result: Loose = {}
  for (const key of new Set([...Object.keys(newest), ...Object.keys(mine)])) {
    const value = merged(before[key], mine[key], newest[key])
    if (value !== undefined) result[key] = value
  }
  return result
}

/**
 * What somebody typed on top of `before`, put on `newest` instead: where they changed something it stays as they want it,
 * everything else is as the newest version has it.
 */
export function rebase(before: Draft, mine: Draft, newest: Draft): Draft {
  // Every field is one of the three drafts' own.
  return merged(before, mine, newest) as Draft
}
