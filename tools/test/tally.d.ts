export type Tally = { passed: number; failed: number; skipped: number; skippedNames: string[] }
export type JsonReport = {
  testResults: {
    name: string
    status: string
    assertionResults: { status: string; fullName: string }[]
  }[]
}
export function emptyTally(): Tally
export function tallyOf(report: JsonReport): Tally
export function failedFiles(report: JsonReport): string[]
export function withSecondRun(first: JsonReport, second: JsonReport): JsonReport
export function add(one: Tally, other: Tally): Tally
export function closingLine(tally: Tally): string
