import { stripVTControlCharacters } from 'node:util'
import type { Finding } from '#api/findings.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Problem } from '#api/problem.ts'
import { type Terminal, tell } from './terminal.ts'

/** Columns of equal width; an empty list says so. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ['Nothing here yet.']
  const all = [header, ...rows.map(row => row.map(oneLine))]
  const widths = header.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  return all.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Text from elsewhere without what would steer the terminal: escapes, carriage returns and other control characters. */
export function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

/** The same for what stands within a line: it can not begin another, which would pass for one of ours. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s*\n\s*/g, ' ')
}

/** A value on one line, and no longer than one can read. */
export function short(value: unknown): string {
  if (value === undefined) return '–'
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** What happened, why, and what to do, with every violation and finding. */
export function problemLines(terminal: Terminal, problem: Problem): string[] {
  return [
    `${problem.title}.`,
    `  ${problem.detail}`,
    ...(problem.violations ?? []).map(
      ({ pointer, detail }) => `  ${oneLine(pointer) || 'body'}: ${clean(tell(terminal, detail))}`,
    ),
    ...(problem.findings ?? []).flatMap(finding => findingLines(terminal, finding)),
    `→ ${problem.next}`,
    ...(problem.status >= 500 && problem.instance ? [`  (request ${problem.instance})`] : []),
  ]
}

export function findingLines(terminal: Terminal, finding: Finding): string[] {
  const mark = finding.severity === 'deny' ? '✗' : '!'
  return [
    `${mark} ${tell(terminal, finding.title)} [${finding.policy}]`,
    `    ${oneLine(finding.path)}: ${clean(tell(terminal, finding.message))}`,
    `    why: ${tell(terminal, finding.why)}`,
    ...(finding.fix ?? []).map(({ op, path, value }) =>
      op === 'remove'
        ? `    fix: remove ${oneLine(path)}`
        : `    fix: ${op} ${oneLine(path)} = ${JSON.stringify(value)}`,
    ),
    ...(finding.severity === 'deny' && !finding.fix?.length
      ? [`    an exception needs: ${finding.approver}`]
      : []),
  ]
}

/** An operation in one line, with cause and next step below it when it has them. */
export function operationLines(terminal: Terminal, operation: OperationOfDeployment): string[] {
  const { kind, namespace, name, state, step, cause, next, asks, waitsFor } = operation
  const where = step && (state === 'running' || step === 'blocked') ? ` (${step})` : ''
  const object = cause?.object ? `${cause.object}: ` : ''
  return [
    `${kind} ${namespace}/${name}: ${state}${where}`,
    ...(waitsFor ?? []).map(wait => `  ${clean(tell(terminal, wait.message))}`),
    ...(cause ? [`  ${object}${clean(tell(terminal, cause.message))}`] : []),
    ...(asks?.items ?? []).map(item => `  ? ${clean(tell(terminal, item.message))}`),
    ...(next ? [`→ ${clean(tell(terminal, next))}`] : []),
    ...(asks
      ? [`  To consent: kade operations retry ${operation.id} --consent ${asks.digest} --wait`]
      : []),
  ]
}

/** `3m`, `2h`, `5d`: how long ago, for tables. */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
