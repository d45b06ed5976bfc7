import { z } from 'zod'
import type { Violation } from '#api/problem.ts'
import type { AppData, Network, RenderInput, SettingsResult } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { ModuleBundle, ModuleSandbox } from '#platform/adapters/modules/module-sandbox.ts'
import type { AddedApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { violationsOf } from '#platform/violations-of.ts'
import { boundViolations, settingsBounds } from './bounds.ts'
import { failureViolations } from './failure-text.ts'
import { judgeRendered } from './judge.ts'

const text = z.string().max(1000)
const Settings = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), settings: z.record(z.string(), z.unknown()) }),
  z.object({
    ok: z.literal(false),
    violations: z
      .array(z.object({ pointer: text, detail: z.object({ en: text, nl: text }) }))
      .min(1)
      .max(200),
  }),
])

/** Where something of a module is said to be wrong: `/settings…` of what it makes of answers, `/objects/0/…` of what it renders. */
const place = { settings: '/settings', egress: '/egress', objects: '/objects' } as const

/** What a module from outside did that none may; nothing was changed. */
export function moduleRefused(
  id: string | undefined,
  violations: readonly Violation[],
): PlatformError {
  return new PlatformError(
    'module-refused',
    {
      en: `The module${id ? ` of ${id}` : ''} was evaluated in the sandbox and refused.`,
      nl: `De module${id ? ` van ${id}` : ''} is in de sandbox geëvalueerd en geweigerd.`,
    },
    { violations: [...violations] },
  )
}

async function parseSettings(
  sandbox: ModuleSandbox,
  bundle: ModuleBundle,
  id: string,
  input: unknown,
): Promise<SettingsResult> {
  const answer = await sandbox.ask(bundle, { kind: 'parseSettings', input })
  if (!answer.ok) throw moduleRefused(id, failureViolations(answer.failure, place.settings))
  const large = boundViolations(answer.value, place.settings, settingsBounds)
  if (large.length > 0) throw moduleRefused(id, large)
  const parsed = Settings.safeParse(answer.value)
  if (parsed.success) return parsed.data
  throw moduleRefused(id, violationsOf(parsed.error.issues, place.settings))
}

/** Whether the settings open a way out is the module's to say; which ones there are it has declared, for all to see. */
async function egress(
  sandbox: ModuleSandbox,
  bundle: ModuleBundle,
  { id, network }: AppData,
  input: Readonly<Record<string, unknown>>,
): Promise<Network['egress']> {
  if (network.egress.length === 0) return []
  const answer = await sandbox.ask(bundle, { kind: 'egress', input })
  if (!answer.ok) throw moduleRefused(id, failureViolations(answer.failure, place.egress))
  const open = z.array(z.looseObject({ because: text })).safeParse(answer.value)
  if (!open.success) throw moduleRefused(id, violationsOf(open.error.issues, place.egress))
  const reasons = open.data.map(one => one.because)
  return network.egress.filter(one => reasons.includes(one.because))
}

async function render(
  sandbox: ModuleSandbox,
  bundle: ModuleBundle,
  data: AppData,
  input: RenderInput,
): Promise<readonly KubernetesObject[]> {
  const answer = await sandbox.ask(bundle, { kind: 'render', input })
  if (!answer.ok) throw moduleRefused(data.id, failureViolations(answer.failure, place.objects))
  const judged = judgeRendered(answer.value, data, input)
  if (judged.ok) return judged.objects
  throw moduleRefused(
    data.id,
    judged.violations.map(one => ({ ...one, pointer: place.objects + one.pointer })),
  )
}

/** An app as the platform uses it, whose module is asked in the sandbox each time, and judged each time. */
export function addedApp(sandbox: ModuleSandbox, bundle: ModuleBundle, data: AppData): AddedApp {
  return {
    ...data,
    digest: bundle.digest,
    parseSettings: input => parseSettings(sandbox, bundle, data.id, input),
    egress: settings => egress(sandbox, bundle, data, settings),
    render: input => render(sandbox, bundle, data, input),
  }
}
