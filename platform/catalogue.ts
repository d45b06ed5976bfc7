import type { AppList } from '#api/app-filters.ts'
import type { App, AppSummary, Criterion, UnusableApp } from '#api/apps.ts'
import { isExpired, unanswered } from '#kit/passport.ts'
import { isUnusable } from './added-apps/unusable-app.ts'
import { type AppQuery, searchApps } from './app-search.ts'
import { type CatalogueEntry, factsOfEntry, type PlatformContext } from './context.ts'
import { PlatformError } from './errors.ts'
import { noSuchApp } from './no-such-app.ts'
import { passportChecks } from './passport-checks.ts'

type Shelf = Pick<PlatformContext, 'catalog' | 'clock'> & {
  readonly unusable?: readonly UnusableApp[]
}

/** A criterion whose answer still counts: filters take one past its last day as unknown, like one that is not there. */
function current({ passport }: CatalogueEntry, id: string, now: Date): Criterion | undefined {
  return passport.criteria.find(one => one.id === id && !isExpired(one, now))
}

function summary(entry: CatalogueEntry, now: Date): AppSummary {
  const { app, passport, icon, added } = entry
  const { gpu, podSecurity } = factsOfEntry(entry)
  const answer = (id: string) => current(entry, id, now)?.answer ?? 'unknown'
  const selfHostable = answer('self-hostable')
  return {
    id: app.id,
    name: app.name,
    version: app.version,
    category: app.category,
    description: app.description,
    licence: passport.licence.spdx,
    openSource: passport.licence.openSource,
    aiRisk: current(entry, 'ai-risk', now)?.value ?? 'unknown',
    selfHostable: selfHostable === 'not-applicable' ? 'unknown' : selfHostable,
    dpia: answer('dpia'),
    accessibility: answer('accessibility'),
    icon: `data:image/svg+xml;base64,${Buffer.from(icon).toString('base64')}`,
    needs: app.needs.map(({ name, capability, optional }) => ({ name, capability, optional })),
    provides: app.provides.map(one => one.capability),
    gpu,
    podSecurity,
    ...(added ? { added: { by: added.by, at: added.at, digest: added.digest } } : {}),
  }
}

/** The apps of the shelf that answer a query, in the shelf's order, with facets. */
export function listApps(context: Shelf, query: AppQuery): AppList {
  const now = context.clock()
  const apps = context.catalog.map(entry => summary(entry, now))
  return { ...searchApps(apps, query), unusable: [...(context.unusable ?? [])] }
}

/** One app with its settings and passport. Throws `not-found`, and `module-refused` for one that is unusable. */
export function readApp(context: Shelf, id: string): App {
  const entry = context.catalog.find(one => one.app.id === id)
  if (!entry) {
    const unusable = context.unusable?.find(one => one.id === id)
    throw unusable ? isUnusable(unusable) : new PlatformError('not-found', noSuchApp(id))
  }
  const { app, passport, readme } = entry
  const now = context.clock()
  const { requests, limits } = app.resources
  return {
    ...summary(entry, now),
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
    expired: passport.criteria.filter(one => isExpired(one, now)).map(({ id }) => id),
    unanswered: unanswered(passport),
    checks: passportChecks(entry, now),
    readme,
  }
}
