import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { DeploymentKey } from './find.ts'

/** Takes the name for a new life, in the transaction of its command. Throws `name-taken`: no two living deployments share one. */
export async function reserveName(tx: Sql, id: string, key: DeploymentKey): Promise<void> {
  const rows = await tx.query(
    `insert into kade.deployment_name (namespace, name, deployment) values ($1, $2, $3)
     on conflict do nothing returning name`,
    [key.namespace, key.name, id],
  )
  if (rows.length === 0)
    throw new PlatformError(
      'name-taken',
      {
        en: `There is a deployment ${key.namespace}/${key.name} already.`,
        nl: `Er is al een uitrol ${key.namespace}/${key.name}.`,
      },
      {
        violations: [
          {
            pointer: '/name',
            detail: { en: 'is taken in this namespace', nl: 'is bezet in deze namespace' },
          },
        ],
        next: {
          en: 'Choose another name, or change the existing deployment.',
          nl: 'Kies een andere naam, of wijzig de bestaande uitrol.',
        },
      },
    )
}
