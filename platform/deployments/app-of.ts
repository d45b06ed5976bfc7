import { findApp, type PlatformContext, type ShelfApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'

/** The module of an app. Throws `app-unknown` with those there are. */
export async function appOf(context: PlatformContext, id: string): Promise<ShelfApp> {
  const entry = await findApp(context, id)
  if (entry) return entry.app
  throw new PlatformError(
    'app-unknown',
    {
      en: `The catalogue has no app ${id}.`,
      nl: `De catalogus heeft geen app ${id}.`,
    },
    {
      violations: [{ pointer: '/app', detail: isUnknown }],
      next: `Choose one of ${context.catalog.map(one => one.app.id).join(', ')}.`,
    },
  )
}
