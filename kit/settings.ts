import { z } from 'zod'
import type { SettingsResult, Text } from './app.ts'
import { issueText } from './issue-text.ts'
import type { AnySpecification } from './specification.ts'

type Settings = Pick<AnySpecification, 'settings' | 'check'>

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

const noSuchSetting: Text = {
  en: 'this app has no such setting',
  nl: 'deze app heeft deze instelling niet',
}

function violations(error: z.ZodError) {
  return error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => ({
          pointer: pointerOf([...issue.path, key]),
          detail: noSuchSetting,
        }))
      : [{ pointer: pointerOf(issue.path), detail: issueText(issue) }],
  )
}

/** Fills defaults in and judges; pointers are relative to the settings. */
export function parseSettings({ settings, check }: Settings, input: unknown): SettingsResult {
  const parsed = settings.safeParse(input)
  if (!parsed.success) return { ok: false, violations: violations(parsed.error) }
  const found = check?.(parsed.data) ?? []
  return found.length === 0
    ? { ok: true, settings: parsed.data }
    : { ok: false, violations: [...found] }
}

/** JSON Schema, draft 2020-12, of what a person may write: defaults are in it, nothing is required. */
export function settingsSchema({ settings }: Settings): Record<string, unknown> {
  return { ...z.toJSONSchema(settings, { io: 'input', target: 'draft-2020-12' }) }
}
