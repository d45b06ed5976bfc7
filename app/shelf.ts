import { type AppFilter, appFilterNames } from '#api/app-filters.ts'
import type { AppSummary } from '#api/apps.ts'
import type { CallInput } from '#api/client.ts'
import type { Contract } from '#api/contract.ts'

/** What a visitor of the catalogue asks for; what is not asked is empty. */
export type ShelfQuery = { readonly q: string } & { readonly [F in AppFilter]: string[] }

type Address = Readonly<Record<string, unknown>>

/** Reads a query from the address of the page, in which a value stands once or several times (`?gpu=none&gpu=optional`). */
export function queryOf(address: Address): ShelfQuery {
  const textsOf = (name: string) =>
    [address[name]].flat().filter((value): value is string => typeof value === 'string')
  const filters = appFilterNames.map(filter => [filter, textsOf(filter)])
  // One entry per name of a filter, which `fromEntries` cannot express.
  return { q: textsOf('q')[0] ?? '', ...Object.fromEntries(filters) } as ShelfQuery
}

/** The query of the page's address: only what is asked, in one order, so that the same question has the same address. */
export function addressOf(query: ShelfQuery): Record<string, string | string[]> {
  const filters = appFilterNames.filter(filter => query[filter].length > 0)
  return {
    ...(query.q === '' ? {} : { q: query.q }),
    ...Object.fromEntries(filters.map(filter => [filter, query[filter].toSorted()])),
  }
}

/** The same question to the server, which says so when the address holds a word that no filter has. */
export function askOf(query: ShelfQuery): NonNullable<CallInput<Contract['listApps']>['query']> {
  // Its values are whatever stood in the address; they are judged where they arrive.
  return addressOf(query) as NonNullable<CallInput<Contract['listApps']>['query']>
}

/** The apps in which every word is found, in name, category or description of either language. */
export function appsFor(apps: readonly AppSummary[], words: string): AppSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return apps.filter(app => {
    const text =
      `${app.name} ${app.id} ${app.category} ${app.description.en} ${app.description.nl}`.toLowerCase()
    return wanted.every(word => text.includes(word))
  })
}

const icons: Record<string, string> = {
  'chat-assistant': 'i-lucide-messages-square',
  'model-server': 'i-lucide-brain-circuit',
  'model-gateway': 'i-lucide-waypoints',
  'vector-database': 'i-lucide-database',
  database: 'i-lucide-database',
  'experiment-tracking': 'i-lucide-flask-conical',
  speech: 'i-lucide-mic',
  'document-processing': 'i-lucide-file-text',
  'agent-builder': 'i-lucide-bot',
  'workflow-automation': 'i-lucide-workflow',
  observability: 'i-lucide-telescope',
  notebook: 'i-lucide-notebook-pen',
  'data-labelling': 'i-lucide-tags',
  translation: 'i-lucide-languages',
  privacy: 'i-lucide-shield-check',
  search: 'i-lucide-search',
  'image-generation': 'i-lucide-image',
  'ai-governance': 'i-lucide-scale',
}

/** The picture of a category; a container for one we have not met. */
export function iconOf(category: string): string {
  return icons[category] ?? 'i-lucide-container'
}
