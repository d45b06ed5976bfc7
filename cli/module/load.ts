import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from '#kit/app.ts'
import type { ModuleFinding } from '#kit/module-error.ts'
import { UsageError } from '../terminal.ts'
import { lendKit } from './own-kit.ts'

/** Where a module stands: its file, and the folder with what lies beside it. */
export type ModulePlace = { readonly file: string; readonly folder: string }

/**
 * The file of a module, from its own path or that of its folder, where it is called as the folder. The path must be there.
 * @throws UsageError when the folder has no such file.
 */
export function moduleAt(path: string): ModulePlace {
  const given = resolve(path)
  if (!statSync(given).isDirectory()) return { file: given, folder: dirname(given) }
  const file = join(given, `${basename(given)}.ts`)
  if (existsSync(file)) return { file, folder: given }
  const name = `${basename(given)}.ts`
  throw new UsageError({
    en: `${path} holds no ${name}. A module is called as its folder; or give the path of its file.`,
    nl: `In ${path} staat geen ${name}. Een module heet als haar map; of geef het pad van haar bestand.`,
  })
}

function isApp(value: unknown): value is App {
  if (typeof value !== 'object' || value === null) return false
  return ['render', 'parseSettings', 'settingsSchema'].every(
    name => typeof Reflect.get(value, name) === 'function',
  )
}

/** What a `ModuleError` says; named by its shape, since a module may have a kit of its own. */
export function findingsOf(error: unknown, rule: string): readonly ModuleFinding[] {
  if (error instanceof Error && error.name === 'ModuleError' && 'findings' in error)
    return error.findings as readonly ModuleFinding[] // the shape that every ModuleError has
  const detail = error instanceof Error ? error.message : String(error)
  return [{ rule, pointer: '', detail }]
}

/** The one app that the file exports, or why there is none. */
export async function loadApp({
  file,
}: ModulePlace): Promise<{ app: App } | { findings: readonly ModuleFinding[] }> {
  const lent = lendKit()
  try {
    const exported: unknown = await import(pathToFileURL(file).href)
    const apps = Object.values(exported as Record<string, unknown>).filter(isApp) // a module's namespace is an object
    const [app, ...more] = new Set(apps)
    if (app !== undefined && more.length === 0) return { app }
    const detail =
      app === undefined
        ? 'exports no app: export the result of defineApp'
        : `exports ${more.length + 1} apps: a module is one app`
    return { findings: [{ rule: 'one-app', pointer: '', detail }] }
  } catch (error) {
    return { findings: findingsOf(error, 'loads') }
  } finally {
    lent.deregister()
  }
}
