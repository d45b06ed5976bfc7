import { stripVTControlCharacters } from 'node:util'
import type { Finding } from '#api/findings.ts'
import type { OperationOfDeployment, OperationTask, WavesOfOperation } from '#api/operations.ts'
import type { Problem } from '#api/problem.ts'
import { type Terminal, tell } from './terminal.ts'
import { head, type Label, word } from './words.ts'

/** Columns of equal width; an empty list says so. */
export function table(
  terminal: Terminal,
  labels: readonly Label[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0)
    return [tell(terminal, { en: 'Nothing here yet.', nl: 'Hier is nog niets.' })]
  const header = labels.map(label => head(terminal, label))
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
  const fix = tell(terminal, { en: 'fix', nl: 'herstel' })
  const ops = {
    remove: tell(terminal, { en: 'remove', nl: 'haal weg' }),
    add: tell(terminal, { en: 'add', nl: 'voeg toe' }),
    replace: tell(terminal, { en: 'replace', nl: 'vervang' }),
  }
  return [
    `${mark} ${tell(terminal, finding.title)} [${finding.policy}]`,
    `    ${oneLine(finding.path)}: ${clean(tell(terminal, finding.message))}`,
    `    ${tell(terminal, { en: 'why', nl: 'waarom' })}: ${tell(terminal, finding.why)}`,
    ...(finding.fix ?? []).map(({ op, path, value }) =>
      op === 'remove'
        ? `    ${fix}: ${ops.remove} ${oneLine(path)}`
        : `    ${fix}: ${ops[op]} ${oneLine(path)} = ${JSON.stringify(value)}`,
    ),
    ...exceptionLines(terminal, finding),
  ]
}

/** Whether there is a way past a finding that denies, and whose consent it needs. */
function exceptionLines(terminal: Terminal, finding: Finding): string[] {
  const { severity, exception, policy, approver } = finding
  if (severity !== 'deny') return []
  if (exception?.state === 'impossible') return [`    ${tell(terminal, exception.why)}`]
  const needs = tell(terminal, { en: 'an exception needs', nl: 'een uitzondering vraagt' })
  const how = exception ? ` (kade approvals request … --policy ${oneLine(policy)})` : ''
  return [`    ${needs}: ${approver}${how}`]
}

/** An operation in one line, with cause and next step below it when it has them. */
export function operationLines(terminal: Terminal, operation: OperationOfDeployment): string[] {
  const { kind, namespace, name, state, step, cause, next, asks, waitsFor, tasks, waves } =
    operation
  const says = (said: string) => word(terminal, said)
  const where = step && (state === 'running' || step === 'blocked') ? ` (${says(step)})` : ''
  const again = triesLine(terminal, operation)
  const object = cause?.object ? `${cause.object}: ` : ''
  return [
    `${says(kind)} ${namespace}/${name}: ${says(state)}${where}`,
    ...(again ? [`  ${again}`] : []),
    ...(waitsFor ?? []).map(wait => `  ${clean(tell(terminal, wait.message))}`),
    ...(waves ? waveLines(terminal, operation, waves) : []),
    ...erasureLines(terminal, operation),
    ...(tasks ?? []).map(task => `  ${task.cluster}: ${taskLine(terminal, task)}`),
    ...(cause ? [`  ${object}${clean(tell(terminal, cause.message))}`] : []),
    ...(asks?.items ?? []).map(item => `  ? ${clean(tell(terminal, item.message))}`),
    ...(next ? [`→ ${clean(tell(terminal, next))}`] : []),
    ...(asks
      ? [
          `  ${tell(terminal, { en: 'To consent', nl: 'Toestemmen' })}: kade operations retry ${operation.id} --consent ${asks.digest} --wait`,
        ]
      : []),
  ]
}

/** How far it has come wave by wave, and how the next begins where that waits for a person. */
function waveLines(
  terminal: Terminal,
  { id, endedAt, state }: OperationOfDeployment,
  { clusters, current, held, silent = [] }: WavesOfOperation,
): string[] {
  const done = { en: 'done', nl: 'klaar' }
  const begun = { en: 'begun', nl: 'begonnen' }
  const later = { en: 'not yet', nl: 'nog niet' }
  const lines = clusters.map((names, index) => {
    const number = index + 1
    const wave = tell(terminal, { en: `wave ${number}`, nl: `golf ${number}` })
    const isDone = number < current || state === 'succeeded'
    const how = isDone ? done : number === current ? begun : later
    return `  ${wave}: ${names.join(', ')} (${tell(terminal, how)})`
  })
  if (endedAt || !(held || silent.length > 0)) return lines
  const where = silent.map(clean).join(', ')
  if (where)
    lines.push(
      `  ${tell(terminal, {
        en: `Nothing is heard of ${where}, so nothing is known of this wave. It gets the revision when it is heard of, and has to serve before the end, also where you go on without it now.`,
        nl: `Van ${where} wordt niets gehoord, dus van deze golf is niets bekend. Zodra er weer iets van wordt gehoord krijgt hij de revisie, en hij moet voor het einde werken, ook als je nu zonder hem verdergaat.`,
      })}`,
    )
  const how = tell(terminal, { en: 'To let the next begin', nl: 'De volgende laten beginnen' })
  return [...lines, `  ${how}: kade operations continue ${id}`]
}

/** `attempt 2`, or of several clusters `attempt 2 on paris`; nothing where it was begun once. */
export function triesLine(
  terminal: Terminal,
  { attempt, tries = {}, clusters = [] }: OperationOfDeployment,
): string {
  const said = tell(terminal, { en: 'attempt', nl: 'poging' })
  const on = tell(terminal, { en: 'on', nl: 'op' })
  if (attempt < 2) return ''
  if (clusters.length < 2) return `${said} ${attempt}`
  return Object.entries(tries)
    .filter(([, count]) => count > 1)
    .map(([cluster, count]) => `${said} ${count} ${on} ${clean(cluster)}`)
    .join(', ')
}

/** Where the data of what was deleted is still to be erased, once something of it is. */
function erasureLines(terminal: Terminal, { erasures = [], state }: OperationOfDeployment) {
  const clusters = (isErased: boolean) =>
    erasures
      .filter(one => (one.erasedAt !== undefined) === isErased)
      .map(one => one.cluster)
      .join(', ')
  const [done, open] = [clusters(true), clusters(false)]
  return [
    ...(done
      ? [`  ${tell(terminal, { en: 'data erased on', nl: 'gegevens gewist op' })} ${done}`]
      : []),
    ...(open && state !== 'queued'
      ? [
          `  ${tell(terminal, { en: `data still to be erased on ${open}: done as soon as it can be reached`, nl: `gegevens nog te wissen op ${open}: dat gebeurt zodra het bereikbaar is` })}`,
        ]
      : []),
  ]
}

/** Where the task of an operation stands in its queue. */
function taskLine(terminal: Terminal, { state, tries, before, nextTry, reason }: OperationTask) {
  const why = reason ? `: ${oneLine(reason)}` : ''
  const seconds = Math.max(0, Math.ceil((Date.parse(nextTry ?? '') - Date.now()) / 1000))
  const said = {
    waiting: {
      en: before ? `waits its turn, ${before} before it` : 'is next',
      nl: before ? `wacht op zijn beurt, ${before} ervoor` : 'is aan de beurt',
    },
    retrying: {
      en: `failed ${tries} times, again in ${seconds} s${why}`,
      nl: `${tries} keer mislukt, over ${seconds} s opnieuw${why}`,
    },
    running: { en: `runs, try ${tries}${why}`, nl: `loopt, poging ${tries}${why}` },
    dead: {
      en: `given up after ${tries} tries (kade dead-letters)${why}`,
      nl: `opgegeven na ${tries} pogingen (kade dead-letters)${why}`,
    },
  }
  return tell(terminal, said[state])
}

/** `3m`, `2h`, `5d`: how long ago, for tables. */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** That a list goes on, and how. */
export function moreLine(terminal: Terminal, command: string): string {
  return `${tell(terminal, { en: 'There is more', nl: 'Er is meer' })}: ${command}`
}
