import { catalog } from '#catalog/index.ts'
import type { Environment, Environments } from '#kit/environment.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { lookUpAddedApp } from '#platform/added-apps/added-app.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Report } from './report.ts'

type Shelf = Pick<PlatformContext, 'sandbox'>
type Told = Pick<Report, 'problem'>

/**
 * Tells what an environment gives to apps that are not of the catalogue and would not reach them: no app of that id was added, or
 * the one that was refuses it. Kade starts all the same, because such an app can be added, replaced and removed while it runs.
 */
export async function tellOfAddedApps(
  shelf: Shelf,
  sql: Sql,
  environments: Environments,
  report: Told,
): Promise<void> {
  for (const environment of Object.values(environments))
    for (const id of Object.keys(environment.apps ?? {}))
      if (!catalog.some(entry => entry.app.id === id))
        await tell(shelf, sql, environment, id, report)
}

async function tell(
  shelf: Shelf,
  sql: Sql,
  { name, apps = {} }: Environment,
  id: string,
  report: Told,
): Promise<void> {
  const say = (what: string, error?: unknown) =>
    report.problem(`Environment ${name} gives values to the app ${id}${what}`, error)
  const found = await lookUpAddedApp(shelf, id, sql)
  if (found && 'reason' in found) {
    say(`, which nobody can deploy: ${found.reason.en} ${found.next.en}`)
    return
  }
  const app = found?.app
  if (!app) {
    say(', which the catalogue does not have: they wait until it is added (kade apps add).')
    return
  }
  const { settings = {}, replicas = 1 } = apps[id] ?? {}
  if (replicas > app.maxReplicas) say(`: it has at most ${app.maxReplicas} replicas.`)
  try {
    const parsed = await app.parseSettings(settings)
    for (const { pointer, detail } of parsed.ok ? [] : parsed.violations)
      say(` that it refuses: /apps/${id}/settings${pointer}: ${detail.en}`)
  } catch (error) {
    say(', whose module could not be asked.', error)
  }
}
