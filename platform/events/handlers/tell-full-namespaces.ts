import { createHash } from 'node:crypto'
import type { Database } from '../../adapters/database/database.ts'
import { openPlaces, type PlaceOf } from '../places.ts'
import { append } from '../store.ts'
import type { Handler } from '../subscriptions.ts'
import type { StoredEvent } from '../types.ts'

/** Tells of a namespace, beside the deployment that failed for it, that a cluster refused it more: whoever grants room follows that. */
export function tellFullNamespaces(database: Database): Handler {
  const placeOf = openPlaces(database)
  return {
    name: 'tell-full-namespaces',
    category: 'deployment',
    wants: ['DeploymentFailed'],
    handle: event => tell(database, placeOf, event),
  }
}

async function tell(database: Database, placeOf: PlaceOf, event: StoredEvent): Promise<void> {
  if (event.type !== 'DeploymentFailed' || event.data.cause.code !== 'quota-exceeded') return
  const { namespace, deployment } = (await placeOf(event)) ?? {}
  if (namespace === undefined || deployment === undefined) return
  const { operation, cause } = event.data
  const { object, message } = cause
  const data = { namespace, deployment, operation, message, ...(object && { object }) }
  await database.transaction(tx =>
    append(tx, `namespace-${namespace}`, null, [{ type: 'ResourceQuotaExceeded', data }], {
      ids: [idAfter(event)],
    }),
  )
}

/** The same at each delivery, so that one failure is told once. */
function idAfter({ id }: StoredEvent): string {
  const hex = createHash('sha256').update(`ResourceQuotaExceeded ${id}`).digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
