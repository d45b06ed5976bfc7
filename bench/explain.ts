import { type Costs, type Counts, sumOf } from './costs.ts'

/** Below this a difference is what controllers happened to do. */
const noise = 0.05
/** Statements that are told one by one. */
const told = 40

/** Where the costs of a deployment went, side by side with those of the bare loop. */
export function explain(bare: Costs, kade: Costs): string {
  return [
    'calls for a deployment            bare     Kade    difference',
    ...sideBySide(bare.calls, kade.calls, 1),
    'milliseconds of processor         bare     Kade    difference',
    ...sideBySide(inMs(bare.processor), inMs(kade.processor), 0),
    `statements for a deployment: ${sumOf(kade.statements).toFixed(1)}, ${sumOf(kade.executing).toFixed(1)} ms in them (bare ${sumOf(bare.statements).toFixed(1)}, ${sumOf(bare.executing).toFixed(1)} ms)`,
    ...[...kade.statements]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, told)
      .map(([text, count]) => {
        const ms = kade.executing.get(text) ?? 0
        return `${count.toFixed(2).padStart(7)} ${ms.toFixed(2).padStart(7)} ms  ${text.replace(/\s+/g, ' ').slice(0, 110)}`
      }),
  ].join('\n')
}

function inMs(counts: Counts): Counts {
  return new Map([...counts].map(([name, seconds]) => [name, seconds * 1_000]))
}

function sideBySide(bare: Counts, kade: Counts, digits: number): string[] {
  const row = (name: string, a: number, b: number) =>
    `${name.padEnd(36)}${a.toFixed(digits).padStart(8)}${b.toFixed(digits).padStart(9)}${(b - a).toFixed(digits).padStart(9)}`
  const rows = [...new Set([...bare.keys(), ...kade.keys()])]
    .map(name => [name, bare.get(name) ?? 0, kade.get(name) ?? 0] as const)
    .filter(([, a, b]) => a > noise || b > noise)
    .toSorted((one, other) => other[2] - other[1] - (one[2] - one[1]))
  return [...rows.map(([name, a, b]) => row(name, a, b)), row('all', sumOf(bare), sumOf(kade))]
}
