import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { ShelfApp } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { RevisionData } from '#platform/events/types.ts'
import { annotation } from '#platform/labels.ts'
import { readBlob } from './blobs.ts'
import { moduleDigest } from './compose.ts'

/**
 * A restart has no preview, so it brings no other code of a stranger along. Throws `conflict` where the module of an app from
 * outside is not the one that made the revision.
 */
export async function refuseReplaced(
  sql: Sql,
  app: ShelfApp,
  { objects: digest }: Pick<RevisionData, 'objects'>,
): Promise<void> {
  if (app.digest === undefined) return
  const today = moduleDigest(app)
  // The blob was written from KubernetesObject[].
  const objects = (await readBlob(sql, digest)) as readonly KubernetesObject[]
  if (objects.every(one => one.metadata.annotations?.[annotation.moduleDigest] === today)) return
  throw new PlatformError(
    'conflict',
    {
      en: `The module of ${app.name} was replaced since this was deployed; a restart would install the new one unseen.`,
      nl: `De module van ${app.name} is sinds deze uitrol vervangen; herstarten zou de nieuwe ongezien installeren.`,
    },
    {
      next: {
        en: 'Update the deployment instead: its preview shows what would change.',
        nl: 'Wijzig in plaats daarvan de uitrol: het voorbeeld laat zien wat er verandert.',
      },
    },
  )
}
