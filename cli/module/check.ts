/**
 * `kade module check`: every step over one module, and everything that any of them finds at once. A step that stops is no reason to
 * leave out the next; only a module that does not load has nothing to render.
 */
import type { App } from '#kit/app.ts'
import type { Source } from './fetch-source.ts'
import { checkGolden } from './golden.ts'
import { loadApp, type ModulePlace } from './load.ts'
import { checkObjects } from './objects.ts'
import { checkPassport } from './passport.ts'
import { type CheckReport, looked, type Rung, type RungResult, rungs, skipped } from './report.ts'
import { checkForeign, checkInSandbox } from './sandbox.ts'
import { checkServer, type ServerPlace } from './server.ts'
import { checkTypes } from './types.ts'

export type CheckOptions = {
  readonly seed: number
  readonly runs: number
  /** Writes the golden files instead of comparing. */
  readonly update: boolean
  readonly server: ServerPlace
}

async function checkApp(app: App, place: ModulePlace, options: CheckOptions) {
  const objects = checkObjects(app, options)
  const isSound = objects.every(each => each.state === 'passed')
  return [
    ...objects,
    await checkServer(app, options.server),
    // What is not sound is nothing to hold later renders against.
    await checkGolden(app, place.folder, options.update && isSound),
    await checkInSandbox(app, place),
  ]
}

function inOrder(results: readonly RungResult[]): readonly RungResult[] {
  const place = (rung: Rung) => rungs.indexOf(rung)
  return results.toSorted((left, right) => place(left.rung) - place(right.rung))
}

/** Checks the module at a place. Rejects only for what is no fault of the module. */
async function checkModule(place: ModulePlace, options: CheckOptions): Promise<CheckReport> {
  const types = await checkTypes(place)
  const loaded = await loadApp(place)
  const results =
    'app' in loaded
      ? await checkApp(loaded.app, place, options)
      : [
          looked(
            'lint',
            'the module',
            loaded.findings.map(each => ({ ...each, seenIn: [] })),
          ),
          ...(['schemas', 'server', 'golden', 'sandbox'] as const).map(rung =>
            skipped(rung, 'the module does not load, so it renders nothing'),
          ),
        ]
  const app = 'app' in loaded ? loaded.app : null
  const all = inOrder([types, ...results, await checkPassport(place.folder, app)])
  return {
    module: place.file,
    app: app && { id: app.id, version: app.version },
    ok: all.every(each => each.state !== 'failed'),
    seed: options.seed,
    rungs: all,
  }
}

/** Checks a module that somebody else wrote: only the sandbox evaluates it, so only the sandbox and the papers are looked at. */
export async function checkSource(source: Source, options: CheckOptions): Promise<CheckReport> {
  if (!source.foreign) return await checkModule({ ...source.place, folder: source.beside }, options)
  const { rung, admitted } = await checkForeign(source)
  const all = [rung, await checkPassport(source.beside, admitted?.data ?? null)]
  return {
    module: source.given,
    app: admitted ? { id: admitted.data.id, version: admitted.data.version } : null,
    ok: all.every(each => each.state === 'passed'),
    seed: options.seed,
    rungs: all,
  }
}
