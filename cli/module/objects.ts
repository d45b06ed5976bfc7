import fc from 'fast-check'
import { anyInput } from '#catalog/settings-arbitrary.ts'
import type { App, RenderInput } from '#kit/app.ts'
import { check } from '#kit/check.ts'
import { environmentNames } from '#kit/environment-name.ts'
import type { ModuleFinding } from '#kit/module-error.ts'
import { renderInput } from '#kit/render-input.ts'
import { environmentInput } from './environments.ts'
import { findingsOf } from './load.ts'
import { type CheckFinding, looked, type RungResult } from './report.ts'

export type RandomRuns = { readonly seed: number; readonly runs: number }

function judge(app: App, input: RenderInput): readonly ModuleFinding[] {
  const relaxed = app.relaxations.map(each => each.what)
  try {
    return check(app.render(input), relaxed)
  } catch (error) {
    return findingsOf(error, 'renders')
  }
}

/** The smallest random input that renders something unsound, with what is unsound about it. */
function unsound(
  app: App,
  { seed, runs }: RandomRuns,
): { seenIn: string; findings: readonly ModuleFinding[] } {
  const sound = (changes: Partial<RenderInput>) =>
    judge(app, renderInput(app, changes)).length === 0
  try {
    const result = fc.check(fc.property(anyInput(app), sound), { seed, numRuns: runs })
    const [changes] = result.counterexample ?? []
    if (changes === undefined) return { seenIn: '', findings: [] }
    const seenIn = `with ${JSON.stringify(changes)}`
    return { seenIn, findings: judge(app, renderInput(app, changes)) }
  } catch (error) {
    return { seenIn: 'settings schema', findings: findingsOf(error, 'settings-known') }
  }
}

/** Every fault once, with all the renders that show it. */
function together(
  found: readonly { seenIn: string; findings: readonly ModuleFinding[] }[],
): CheckFinding[] {
  const faults = new Map<string, CheckFinding>()
  for (const { seenIn, findings } of found) {
    for (const finding of findings) {
      const key = JSON.stringify([finding.rule, finding.pointer, finding.detail])
      const before = faults.get(key)
      faults.set(key, { ...finding, seenIn: [...(before?.seenIn ?? []), seenIn] })
    }
  }
  return [...faults.values()]
}

/** Rungs 2 and 3: what the module renders, in each environment and for any settings its schema allows. */
export function checkObjects(app: App, random: RandomRuns): readonly RungResult[] {
  const faults = together([
    ...environmentNames.map(seenIn => ({
      seenIn,
      findings: judge(app, environmentInput(app, seenIn)),
    })),
    unsound(app, random),
  ])
  const about = `${environmentNames.join(', ')} and ${random.runs} random settings (seed ${random.seed})`
  const isSchema = (each: CheckFinding) => each.rule === 'schema'
  return [
    looked('schemas', about, faults.filter(isSchema)),
    looked(
      'lint',
      about,
      faults.filter(each => !isSchema(each)),
    ),
  ]
}
