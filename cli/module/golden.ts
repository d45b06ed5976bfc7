import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { App } from '#kit/app.ts'
import { environmentNames } from '#kit/environment-name.ts'
import { environmentInput } from './environments.ts'
import { findingsOf } from './load.ts'
import { type CheckFinding, looked, type RungResult, skipped } from './report.ts'

const shownLines = 8

/** The lines that differ, from the first to the last of them, each side cut after some lines. */
function difference(was: string, is: string): string {
  const [before, after] = [was.split('\n'), is.split('\n')]
  const first = before.findIndex((line, index) => line !== after[index])
  const start = first === -1 ? before.length : first
  const isSame = (back: number) =>
    Math.min(before.length, after.length) - back > start &&
    before.at(-1 - back) === after.at(-1 - back)
  let same = 0
  while (isSame(same)) same += 1
  const side = (mark: string, lines: readonly string[]) => {
    const changed = lines.slice(start, lines.length - same)
    const more = changed.length - shownLines
    const shown = changed.slice(0, shownLines).map(line => `      ${mark} ${line}`)
    return more > 0 ? [...shown, `      ${mark} … ${more} more`] : shown
  }
  return [`differs from line ${start + 1}`, ...side('-', before), ...side('+', after)].join('\n')
}

/** What the module renders in an environment, as its golden file holds it. */
function goldenText(app: App, environment: (typeof environmentNames)[number]): string {
  return app
    .render(environmentInput(app, environment))
    .map(each => stringify(each, { aliasDuplicateObjects: false }))
    .join('---\n')
}

/** Writes `golden.<environment>.yaml` beside the module, from what it renders now. Throws what its `render` throws. */
export async function writeGolden(app: App, folder: string): Promise<void> {
  const texts = environmentNames.map(each => [each, goldenText(app, each)] as const)
  for (const [environment, text] of texts)
    await writeFile(join(folder, `golden.${environment}.yaml`), text)
}

async function compare(app: App, folder: string): Promise<CheckFinding[]> {
  const found: CheckFinding[] = []
  for (const environment of environmentNames) {
    const pointer = `golden.${environment}.yaml`
    const file = join(folder, pointer)
    if (!existsSync(file)) {
      const detail = 'is not there, though others are; --update writes it'
      found.push({ rule: 'golden', pointer, detail, seenIn: [] })
      continue
    }
    const [was, is] = [await readFile(file, 'utf8'), goldenText(app, environment)]
    if (was === is) continue
    const detail = `${difference(was, is)}\n      If that is meant, --update writes it anew.`
    found.push({ rule: 'golden', pointer, detail, seenIn: [] })
  }
  return found
}

/** Holds what is rendered against the golden files: a change of the module shows what it changes, in each environment. */
export async function checkGolden(app: App, folder: string, update: boolean): Promise<RungResult> {
  const files = environmentNames.map(each => join(folder, `golden.${each}.yaml`))
  try {
    if (update) {
      await writeGolden(app, folder)
      return looked('golden', 'written anew: look at what changed before you keep it')
    }
    if (!files.some(file => existsSync(file)))
      return skipped('golden', 'no golden.<environment>.yaml beside it; --update writes them')
    return looked(
      'golden',
      `golden files of ${environmentNames.join(', ')}`,
      await compare(app, folder),
    )
  } catch (error) {
    const findings = findingsOf(error, 'renders').map(each => ({ ...each, seenIn: [] }))
    return looked('golden', `golden files of ${environmentNames.join(', ')}`, findings)
  }
}
