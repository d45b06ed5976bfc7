import type { EventName } from './types.ts'

type Data = Record<string, unknown>
/** Per version of an event's data, what makes the next version of it. */
type Upcasters = Readonly<Record<number, (data: Data) => Data>>
export type Registry = Readonly<Partial<Record<EventName, Upcasters>>>

/**
 * Events are kept for good as they were written, each with the version of its data; what has got another shape since is given
 * that shape, step by step, when it is read. Version 0 is what was written before versions were.
 *
 *   HealthChanged 0: a reason is one English text; from November 2026 on a text in both languages, so that both are met
 */
const registry: Registry = {
  HealthChanged: {
    0: data => {
      const { reason } = data
      return typeof reason === 'string' ? { ...data, reason: { en: reason, nl: reason } } : data
    },
  },
}

/** The version in which an event is written today, and in which everybody meets it: 1 until its shape changes. */
export function currentVersion(type: EventName, known: Registry = registry): number {
  return Math.max(0, ...Object.keys(known[type] ?? {}).map(Number)) + 1
}

/** The data in the current version. What a newer Kade wrote is left as it is: nobody here knows better. */
export function upcast(
  type: EventName,
  version: number,
  data: Data,
  known: Registry = registry,
): Data {
  const steps = known[type] ?? {}
  let today = data
  for (let at = version; at < currentVersion(type, known); at++) today = steps[at]?.(today) ?? today
  return today
}
