import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { Step, Wrongs } from './draft-checks.ts'

/** Where a violation is put right: a step of the wizard, and the field in it, by the pointer the form knows it by. */
export type Place = { step: Step; field: string }

/** What was sent and what was said of it. */
export type Verdict = { body: unknown; violations: readonly Violation[] }

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** How deep the fields of each part of a request body lie, and the step that asks for them. */
const parts: Readonly<Record<string, { step: Step; depth: number }>> = {
  app: { step: 'app', depth: 1 },
  namespace: { step: 'place', depth: 1 },
  name: { step: 'place', depth: 1 },
  cluster: { step: 'place', depth: 1 },
  dataClass: { step: 'place', depth: 1 },
  failover: { step: 'place', depth: 2 },
  bindings: { step: 'place', depth: 3 },
  settings: { step: 'settings', depth: 2 },
  resources: { step: 'settings', depth: 3 },
  replicas: { step: 'settings', depth: 1 },
  env: { step: 'settings', depth: 2 },
  secrets: { step: 'secrets', depth: 2 },
  reason: { step: 'review', depth: 1 },
}

/** The place of a JSON Pointer into a create or update body; null where no field of the form stands for it. */
export function placeOf(pointer: string): Place | null {
  const segments = segmentsOf(pointer)
  const [first = ''] = segments
  // The host is all a form asks of an ingress.
  if (first === 'ingress') return { step: 'settings', field: '/ingress/host' }
  const part = Object.hasOwn(parts, first) ? parts[first] : undefined
  if (!part) return null
  return { step: part.step, field: `/${segments.slice(0, part.depth).join('/')}` }
}

function valueAt(body: unknown, segments: readonly string[]): unknown {
  let value: unknown = body
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.getOwnPropertyDescriptor(value, segment)?.value
  }
  return value
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** What is said of an app, its name and its place depends on these together. */
const together = ['app', 'namespace', 'name', 'cluster', 'dataClass']

/** What still stands of a verdict: a violation is dropped once the answer it was about is another. */
export function standing({ body, violations }: Verdict, now: unknown): Violation[] {
  return violations.filter(({ pointer }) => {
    const field = segmentsOf(placeOf(pointer)?.field ?? pointer)
    const [part = ''] = field
    const about = together.includes(part)
      ? together.map(one => [one])
      : // Whether its data may stay behind depends on what is to happen at all.
        [part === 'failover' ? [part] : field]
    return about.every(path => same(valueAt(body, path), valueAt(now, path)))
  })
}

function both(one: Text, other: Text): Text {
  return { en: `${one.en}; ${other.en}`, nl: `${one.nl}; ${other.nl}` }
}

/** Violations as the form shows them, by field; several of one field are one text. */
export function wrongsSaid(violations: readonly Violation[]): Wrongs {
  const wrongs: Wrongs = {}
  for (const { pointer, detail } of violations) {
    const place = placeOf(pointer)
    if (!place) continue
    const before = wrongs[place.field]?.text
    wrongs[place.field] = { key: 'said', text: before ? both(before, detail) : detail }
  }
  return wrongs
}
