import type { Sql } from '#platform/adapters/database/database.ts'
import { listAddedApps } from '#platform/added-apps/added-app.ts'
import { findApp, type PlatformContext, type ShelfApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'

/** The module of an app. Throws `app-unknown` with those there are. */
export async function appOf(context: PlatformContext, id: string, sql: Sql): Promise<ShelfApp> {
  const entry = await findApp(context, id, sql)
  if (entry) return entry.app
  const shelf = [...context.catalog, ...(await listAddedApps(context, sql))]
  const names = shelf.map(one => one.app.id).join(', ')
  throw new PlatformError(
    'app-unknown',
    {
      en: `The catalogue has no app ${id}.`,
      nl: `De catalogus heeft geen app ${id}.`,
    },
    {
      violations: [{ pointer: '/app', detail: isUnknown }],
      next: { en: `Choose one of ${names}.`, nl: `Kies er een van ${names}.` },
    },
  )
}
