import { type AppFilter, type AppList, appFilterNames, type Facet } from '#api/app-filters.ts'
import type { AppSummary } from '#api/apps.ts'
import { PlatformError } from './errors.ts'
import { isUnknown } from './is-unknown.ts'
import { shelfWords } from './shelf-words.ts'

export type AppQuery = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly q?: string | undefined
} & { readonly [F in AppFilter]?: readonly string[] | undefined }

/** The values of an app that a filter looks at. */
const valuesOf: Readonly<Record<AppFilter, (app: AppSummary) => readonly string[]>> = {
  category: app => [app.category],
  openSource: app => [app.openSource],
  dpia: app => [app.dpia],
  accessibility: app => [app.accessibility],
  aiRisk: app => [app.aiRisk],
  selfHostable: app => [app.selfHostable],
  capability: app => [...new Set(app.provides)],
  needs: app => [...new Set(app.needs.map(need => need.capability))],
  // Of a choice each is one that may be taken; what is joined by AND holds together.
  licence: app => app.licence.split(' OR '),
  gpu: app => [app.gpu],
  podSecurity: app => [app.podSecurity],
}

/** Lower case without accents: `Één` → `een`. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function textOf(app: AppSummary): string {
  const { id, name, description, category, provides } = app
  const words = [category, ...provides].flatMap(term => {
    const { en, nl } = shelfWords[term] ?? { en: '', nl: '' }
    return [term, en, nl]
  })
  return folded([id, name, description.en, description.nl, ...words].join(' '))
}

/** What an app does not meet of a query: nothing, when it is found. */
function unmetBy(app: AppSummary, query: AppQuery): (AppFilter | 'q')[] {
  const text = textOf(app)
  const words = folded(query.q ?? '')
    .split(/\s+/)
    .filter(Boolean)
  const unmet: (AppFilter | 'q')[] = appFilterNames.filter(filter => {
    const wanted = query[filter]
    return wanted !== undefined && !valuesOf[filter](app).some(value => wanted.includes(value))
  })
  if (!words.every(word => text.includes(word))) unmet.push('q')
  return unmet
}

type Judged = { readonly app: AppSummary; readonly unmet: readonly (AppFilter | 'q')[] }

/**
 * How many apps each value of a filter would leave, with all other filters as asked. Values that nothing has under the other
 * filters stay, with 0, so that what a person chooses from does not move under their hands.
 */
function facetOf(filter: AppFilter, judged: readonly Judged[], query: AppQuery): Facet[] {
  const among = judged.filter(({ unmet }) => unmet.every(each => each === filter))
  const known = judged.flatMap(({ app }) => valuesOf[filter](app))
  return [...new Set([...known, ...(query[filter] ?? [])])]
    .sort((one, other) => placeOf(filter, one) - placeOf(filter, other) || (one < other ? -1 : 1))
    .map(value => ({
      value,
      count: among.filter(({ app }) => valuesOf[filter](app).includes(value)).length,
    }))
}

/** Words of a scale stand in the scale's order, open ones in the alphabet's. */
function placeOf(filter: AppFilter, value: string): number {
  return scales[filter]?.indexOf(value) ?? 0
}

const answers = ['yes', 'partly', 'no', 'not-applicable', 'unknown']
const scales: Readonly<Partial<Record<AppFilter, readonly string[]>>> = {
  openSource: answers,
  dpia: answers,
  accessibility: answers,
  selfHostable: answers,
  gpu: ['none', 'optional', 'required'],
  podSecurity: ['restricted', 'baseline', 'privileged'],
}

/** The part of the apps that comes after the one the cursor names, whether or not that one still answers the query. */
function afterCursor(judged: readonly Judged[], cursor: string | undefined): readonly Judged[] {
  if (cursor === undefined) return judged
  const place = judged.findIndex(({ app }) => app.id === cursor)
  if (place >= 0) return judged.slice(place + 1)
  throw new PlatformError('request-invalid', 'The cursor is not one that Kade gave out.', {
    violations: [{ pointer: '/cursor', detail: isUnknown }],
    next: 'Begin again without a cursor.',
  })
}

/** Searches and narrows apps, keeping their order; pure. Throws `request-invalid` for a cursor of elsewhere. */
export function searchApps(
  apps: readonly AppSummary[],
  query: AppQuery,
): Omit<AppList, 'unusable'> {
  const judged = apps.map(app => ({ app, unmet: unmetBy(app, query) }))
  const total = judged.filter(({ unmet }) => unmet.length === 0).length
  const rest = afterCursor(judged, query.cursor).filter(({ unmet }) => unmet.length === 0)
  const items = rest.slice(0, query.limit).map(({ app }) => app)
  const facet = (filter: AppFilter) => facetOf(filter, judged, query)
  return {
    items,
    next: rest.length > query.limit ? (items.at(-1)?.id ?? null) : null,
    total,
    facets: Object.fromEntries(
      appFilterNames.map(filter => [filter, facet(filter)]),
      // One entry per name of a filter, which `fromEntries` cannot express.
    ) as AppList['facets'],
    without: total > 0 ? [] : loosenings(judged),
  }
}

/** The filters that alone keep something from being found, the one that keeps most first. */
function loosenings(judged: readonly Judged[]): AppList['without'] {
  const alone = judged.flatMap(({ unmet }) => (unmet.length === 1 ? unmet : []))
  return [...new Set(alone)]
    .map(filter => ({ filter, count: alone.filter(each => each === filter).length }))
    .sort((one, other) => other.count - one.count)
}
