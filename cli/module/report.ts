import { clean } from '../render.ts'

/** The steps of a check, in their order; the first four are the rungs from the compiler to a real API server. */
export const rungs = [
  'types',
  'schemas',
  'lint',
  'server',
  'golden',
  'sandbox',
  'passport',
] as const
export type Rung = (typeof rungs)[number]

/** One fault of a module. */
export type CheckFinding = {
  readonly rule: string
  /** A file, or JSON Pointers into the rendered objects and the settings. */
  readonly pointer: string
  readonly detail: string
  /** Which renders show it: environments, or the settings that do. */
  readonly seenIn: readonly string[]
}

export type RungResult = {
  readonly rung: Rung
  readonly state: 'passed' | 'failed' | 'skipped'
  /** What was looked at, or why nothing was. */
  readonly about: string
  readonly findings: readonly CheckFinding[]
}

/** All that `kade module check` found; `-o json` prints it as it is. */
export type CheckReport = {
  readonly module: string
  readonly app: { readonly id: string; readonly version: string } | null
  readonly ok: boolean
  /** Of the random settings: the same seed tries the same ones. */
  readonly seed: number
  readonly rungs: readonly RungResult[]
}

/** A step that looked at something: passed when it found nothing. */
export function looked(
  rung: Rung,
  about: string,
  findings: readonly CheckFinding[] = [],
): RungResult {
  return { rung, state: findings.length === 0 ? 'passed' : 'failed', about, findings }
}

/** A step that could not look, and why. */
export function skipped(rung: Rung, about: string): RungResult {
  return { rung, state: 'skipped', about, findings: [] }
}

const marks = { passed: '✓', failed: '✗', skipped: '-' } as const

/** The report for a person: each step, and below it every fault with its place. */
export function reportLines({ module, app, ok, rungs: results }: CheckReport): string[] {
  const faults = results.flatMap(each => each.findings).length
  return [
    app === null ? module : `${app.id} ${app.version}, ${module}`,
    ...results.flatMap(({ rung, state, about, findings }) => [
      `${marks[state]} ${rung.padEnd(8)}  ${clean(about)}`,
      ...findings.map(({ rule, pointer, detail, seenIn }) => {
        const where = seenIn.length > 0 ? ` (${seenIn.join(', ')})` : ''
        return `    ${clean(`${pointer || '/'}: ${detail} [${rule}]${where}`)}`
      }),
    ]),
    ok ? 'The module passes.' : `${faults} ${faults === 1 ? 'fault' : 'faults'} to put right.`,
  ]
}
