import type { Sql } from '#platform/adapters/database/database.ts'
import { listAddedApps } from '#platform/added-apps/added-app.ts'
import { isUnusable } from '#platform/added-apps/unusable-app.ts'
import { findApp, type PlatformContext, type ShelfApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import { noSuchApp } from '#platform/no-such-app.ts'

/** The module of an app. Throws `app-unknown` with those there are, and `module-refused` for one that is unusable. */
export async function appOf(context: PlatformContext, id: string, sql: Sql): Promise<ShelfApp> {
  const entry = await findApp(context, id, sql)
  if (entry) return entry.app
  const { entries, unusable } = await listAddedApps(context, sql)
  const broken = unusable.find(one => one.id === id)
  if (broken) throw isUnusable(broken)
  const names = [...context.catalog, ...entries].map(one => one.app.id).join(', ')
  throw new PlatformError('app-unknown', noSuchApp(id), {
    violations: [{ pointer: '/app', detail: isUnknown }],
    next: { en: `Choose one of ${names}.`, nl: `Kies er een van ${names}.` },
  })
}
