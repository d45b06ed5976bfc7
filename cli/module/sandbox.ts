import type { App, RenderInput } from '#kit/app.ts'
import { environmentNames } from '#kit/environment-name.ts'
import type { ModuleBundle, ModuleSandbox } from '#platform/adapters/modules/module-sandbox.ts'
import { openQuickJsSandbox } from '#platform/adapters/modules/quickjs.ts'
import { type Admitted, admit } from '#platform/added-apps/admit.ts'
import { digestOfText } from '#platform/deployments/digest.ts'
import { PlatformError } from '#platform/errors.ts'
import { UsageError } from '../terminal.ts'
import { bundleModule, packageRoot } from './bundle.ts'
import { environmentInput } from './environments.ts'
import type { Source } from './fetch-source.ts'
import type { ModulePlace } from './load.ts'
import { type CheckFinding, looked, type RungResult, skipped } from './report.ts'

// From source the engine lies with its package; in the packed kit beside this one file of JavaScript.
const packed = import.meta.url.endsWith('.ts')
  ? {}
  : {
      thread: new URL('quickjs-thread.js', import.meta.url),
      engineFolder: new URL('quickjs/', import.meta.url),
    }

/** Of the program that makes one script of a module, which the packed kit does not bring along. */
const noBundler = 'no esbuild here: npm install --save-dev esbuild'

async function inSandbox(
  place: ModulePlace,
  about: string,
  look: (sandbox: ModuleSandbox, bundle: ModuleBundle) => Promise<readonly CheckFinding[]>,
): Promise<RungResult> {
  const bundled = await bundleModule(place)
  if (bundled === 'no-bundler') return skipped('sandbox', noBundler)
  if ('findings' in bundled) {
    const found = bundled.findings.map(each => ({ ...each, seenIn: [] }))
    return looked('sandbox', about, found)
  }
  const { code } = bundled
  const sandbox = openQuickJsSandbox(packed)
  try {
    const bundle = { digest: digestOfText(code), code: async () => code }
    return looked('sandbox', about, await look(sandbox, bundle))
  } finally {
    await sandbox.close()
  }
}

function renderedHere(app: App, input: RenderInput): string | undefined {
  try {
    return JSON.stringify(app.render(input))
  } catch {
    return undefined
  }
}

/** Whether a module of one's own does in the sandbox what it does here, in each environment. */
export function checkInSandbox(app: App, { file, folder }: ModulePlace): Promise<RungResult> {
  const about = `renders the same where an app from outside is evaluated: ${environmentNames.join(', ')}`
  const place = { file, folder: packageRoot(folder) }
  return inSandbox(place, about, async (sandbox, bundle) => {
    const found: CheckFinding[] = []
    for (const environment of environmentNames) {
      const input = environmentInput(app, environment)
      const here = renderedHere(app, input)
      // What does not render at home is said by the steps before this one.
      if (here === undefined) continue
      const answer = await sandbox.ask(bundle, { kind: 'render', input })
      if (answer.ok && JSON.stringify(answer.value) === here) continue
      const detail = answer.ok
        ? 'renders something else in the sandbox: it depends on more than its settings'
        : `does not render in the sandbox: ${answer.failure.message || answer.failure.reason}`
      found.push({ rule: 'sandbox', pointer: '', detail, seenIn: [environment] })
    }
    return found
  })
}

/**
 * Admits a stranger's module as Kade would: nothing of it runs anywhere but in the sandbox.
 * @throws UsageError where there is nothing to bundle it with.
 */
export async function checkForeign({
  place,
}: Source): Promise<{ rung: RungResult; admitted: Admitted | undefined }> {
  let admitted: Admitted | undefined
  const about = 'evaluated in the sandbox alone, with every usual setting, and judged as Kade does'
  const rung = await inSandbox(place, about, async (sandbox, bundle) => {
    try {
      admitted = await admit(sandbox, bundle)
      return []
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      const violations = error.details.violations ?? []
      return violations.map(({ pointer, detail }) => {
        return { rule: 'sandbox', pointer, detail: detail.en, seenIn: [] }
      })
    }
  })
  // Nothing else looks at a stranger's module, so without it there is no check.
  if (rung.state === 'skipped')
    throw new UsageError({
      en: `The module cannot be checked: ${rung.about}`,
      nl: `De module is niet te controleren: ${rung.about}`,
    })
  return { rung, admitted }
}
