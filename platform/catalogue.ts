import type { AppList } from '#api/app-filters.ts'
import type { App, AppSummary, Criterion } from '#api/apps.ts'
import { moduleFacts } from '#kit/module-facts.ts'
import { type AppQuery, searchApps } from './app-search.ts'
import { type CatalogueEntry, findApp, type PlatformContext } from './context.ts'
import { PlatformError } from './errors.ts'
import { passportChecks } from './passport-checks.ts'

/** The answer to a criterion; `unknown` where the passport is silent. */
function answer(entry: CatalogueEntry, id: string): Criterion['answer'] {
  return entry.passport.criteria.find(one => one.id === id)?.answer ?? 'unknown'
}

// The shelf changes with a release only, and some facts take dozens of renderings.
const summaries = new WeakMap<CatalogueEntry, AppSummary>()

function summary(entry: CatalogueEntry): AppSummary {
  const known = summaries.get(entry) ?? summarise(entry)
  summaries.set(entry, known)
  return known
}

function summarise(entry: CatalogueEntry): AppSummary {
  const { app, passport, icon } = entry
  const { gpu, podSecurity } = moduleFacts(app)
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
    gpu,
    podSecurity,
  }
}

/** The apps of the shelf that answer a query, in the shelf's order, with facets. */
export function listApps(context: PlatformContext, query: AppQuery): AppList {
  return searchApps(context.catalog.map(summary), query)
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
    checks: passportChecks(entry),
    readme,
  }
}
