import { randomBytes } from 'node:crypto'
import type { Violation } from '#api/problem.ts'
import type { RenderInput } from '#kit/app.ts'
import { environmentNames } from '#kit/environment-name.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { factsOf, type ModuleFacts, usualSettings } from '#kit/module-facts.ts'
import { renderInput } from '#kit/render-input.ts'
import type { ModuleBundle, ModuleSandbox } from '#platform/adapters/modules/module-sandbox.ts'
import type { AddedApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { violationsOf } from '#platform/violations-of.ts'
import { AppDataOf, appData, type StoredAppData } from './app-data.ts'
import { addedApp, moduleRefused } from './ask-module.ts'
import { answerBounds, boundViolations } from './bounds.ts'
import { failureViolations } from './failure-text.ts'

/** Renderings that are tried; an app of the catalogue has up to about forty. */
const most = 120
/** Milliseconds for all of them; an app of the catalogue takes one or two seconds. */
const patience = 45_000

export type Admitted = {
  readonly data: StoredAppData
  readonly app: AddedApp
  readonly facts: ModuleFacts
}

/**
 * Has a stranger's module say once what its app is, and tries it: with every default, each value of each setting, in each environment, and what
 * it lets out.
 * Throws `module-refused` with everything that is wrong.
 */
export async function admit(sandbox: ModuleSandbox, bundle: ModuleBundle): Promise<Admitted> {
  const answer = await sandbox.ask(bundle, { kind: 'describe' })
  if (!answer.ok) throw moduleRefused(undefined, failureViolations(answer.failure, '/bundle'))
  const large = boundViolations(answer.value, '/app', answerBounds)
  if (large.length > 0) throw moduleRefused(undefined, large)
  const parsed = AppDataOf.safeParse(answer.value)
  if (!parsed.success) throw moduleRefused(undefined, violationsOf(parsed.error.issues, '/app'))
  const app = addedApp(sandbox, bundle, appData(parsed.data))
  return { data: parsed.data, app, facts: factsOf(await tryOut(app)) }
}

async function tryOut(app: AddedApp): Promise<(readonly KubernetesObject[])[]> {
  const defaults = await app.parseSettings({})
  if (!defaults.ok)
    throw moduleRefused(
      app.id,
      defaults.violations.map(one => ({ ...one, pointer: `/settings${one.pointer}` })),
    )
  const usual = usualSettings(app)
  if (usual.length > most) throw moduleRefused(app.id, [tooMany(usual.length)])
  const inputs = inputsOf(app, usual)
  const rendered: (readonly KubernetesObject[])[] = []
  const found = new Map<string, Violation>()
  const until = performance.now() + patience
  for (const input of inputs) {
    if (performance.now() > until) throw moduleRefused(app.id, [tooSlow])
    await tryOne(app, input, rendered, found)
  }
  if (found.size > 0) throw moduleRefused(app.id, [...found.values()].slice(0, 50))
  return rendered
}

/**
 * Under names that nobody can know beforehand, so that a module which is honest to the usual ones is found out; in each environment
 * with an address and without one.
 */
function inputsOf(app: AddedApp, usual: readonly Record<string, unknown>[]): RenderInput[] {
  const name = `t${randomBytes(4).toString('hex')}`
  const where = { namespace: `n${randomBytes(4).toString('hex')}`, name, secretName: `${name}-1` }
  const ingress = app.network.expose === null ? null : { host: `${name}.example.org` }
  return [
    ...usual.map(settings => renderInput(app, { ...where, settings })),
    ...environmentNames.map(environment => renderInput(app, { ...where, environment, ingress })),
  ]
}

/** Each fault is told once, however many settings show it; after a fault of the module itself nothing more is tried. */
async function tryOne(
  app: AddedApp,
  input: RenderInput,
  rendered: (readonly KubernetesObject[])[],
  found: Map<string, Violation>,
): Promise<void> {
  if (found.size > 0 && rendered.length === 0) return
  // What an app's own rules refuse never runs, so it proves nothing.
  if (!(await app.parseSettings(input.settings)).ok) return
  try {
    rendered.push(await app.render(input))
    await app.egress(input.settings)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'module-refused') throw error
    for (const one of error.details.violations ?? [])
      found.set(JSON.stringify([one.pointer, one.detail.en]), one)
  }
}

const tooSlow: Violation = {
  pointer: '/objects',
  detail: {
    en: 'takes too long to render with all its settings; let the module compute less',
    nl: 'maken met alle instellingen duurt te lang; laat de module minder rekenen',
  },
}

function tooMany(count: number): Violation {
  return {
    pointer: '/app/settingsSchema',
    detail: {
      en: `has ${count} values to try; at most ${most}: ask fewer questions, or leave fewer choices`,
      nl: `heeft ${count} waarden om te proberen; hoogstens ${most}: stel minder vragen, of laat minder keuzes`,
    },
  }
}
