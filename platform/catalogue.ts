import type { App, AppSummary, Criterion } from '#api/apps.ts'
import { type CatalogueEntry, findApp, type PlatformContext } from './context.ts'
import { PlatformError } from './errors.ts'
import { isUnknown } from './is-unknown.ts'

/** The answer to a criterion; `unknown` where the passport is silent. */
function answer(entry: CatalogueEntry, id: string): Criterion['answer'] {
  return entry.passport.criteria.find(one => one.id === id)?.answer ?? 'unknown'
}

function summary(entry: CatalogueEntry): AppSummary {
  const { app, passport, icon } = entry
  const selfHostable = answer(entry, 'self-hostable')
  return {
    id: app.id,
    name: app.name,
    version: app.version,
    category: app.category,
    description: app.description,
    licence: passport.licence.spdx,
    openSource: passport.licence.openSource,
    aiRisk: passport.criteria.find(one => one.id === 'ai-risk')?.value ?? 'unknown',
    selfHostable: selfHostable === 'not-applicable' ? 'unknown' : selfHostable,
    dpia: answer(entry, 'dpia'),
    accessibility: answer(entry, 'accessibility'),
    icon: `data:image/svg+xml;base64,${Buffer.from(icon).toString('base64')}`,
    needs: app.needs.map(({ name, capability, optional }) => ({ name, capability, optional })),
    provides: app.provides.map(one => one.capability),
  }
}

/** The apps whose name, description or category holds the words of `q`, in the shelf's order. */
export function listApps(
  context: PlatformContext,
  query: {
    limit: number
    cursor?: string | undefined
    q?: string | undefined
    category?: string | undefined
  },
): { items: AppSummary[]; next: string | null } {
  const words = (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const found = context.catalog.map(summary).filter(app => {
    const text =
      `${app.id} ${app.name} ${app.category} ${app.description.en} ${app.description.nl}`.toLowerCase()
    return (
      words.every(word => text.includes(word)) &&
      (!query.category || app.category === query.category)
    )
  })
  const begin = query.cursor ? found.findIndex(app => app.id === query.cursor) + 1 : 0
  if (query.cursor && begin === 0)
    throw new PlatformError('request-invalid', 'The cursor is not one that Kade gave out.', {
      violations: [{ pointer: '/cursor', detail: isUnknown }],
      next: 'Begin again without a cursor.',
    })
  const items = found.slice(begin, begin + query.limit)
  return { items, next: begin + query.limit < found.length ? (items.at(-1)?.id ?? null) : null }
}

/** One app with its settings and passport. Throws `not-found`. */
export function readApp(context: PlatformContext, id: string): App {
  const entry = findApp(context, id)
  if (!entry) throw new PlatformError('not-found', `The catalogue has no app ${id}.`)
  const { app, passport, readme } = entry
  const { requests, limits } = app.resources
  return {
    ...summary(entry),
    settingsSchema: app.settingsSchema(),
    secrets: app.secrets.map(({ name, kind, optional, title, description, revealed }) => ({
      name,
      kind,
      optional,
      title,
      ...(description ? { description } : {}),
      ...(revealed ? { revealed: { purpose: revealed.purpose } } : {}),
    })),
    resources: { requests, limits },
    maxReplicas: app.maxReplicas,
    exposes: app.network.expose !== null,
    storage: app.storage.map(({ name, size, mount }) => ({ name, size, mount })),
    relaxations: app.relaxations.map(({ what, because }) => ({ what, because })),
    passport,
    readme,
  }
}
