import type { App } from '#api/apps.ts'
import { databaseProtocols } from '#api/databases.ts'
import { EnvName, Host, Name, Quantity, type Text } from '#api/names.ts'
import type { Draft } from './draft.ts'
import { questionsOf, wrongWith } from './settings-schema.ts'

export type Step = 'app' | 'place' | 'settings' | 'secrets' | 'review'
export const steps: readonly Step[] = ['app', 'place', 'settings', 'secrets', 'review']

/** What is wrong with a field: a key of the `deploy.wrong` texts and the blanks in it; `text` is in Kade's own words. */
export type Wrong = { key: string; limit?: number; name?: string; text?: Text }
/** By JSON Pointer into the request body, as the server names its violations too. */
export type Wrongs = Record<string, Wrong>

function checkPlace(draft: Draft, app: App, taken: ReadonlySet<string>): Wrongs {
  const wrongs: Wrongs = {}
  if (!draft.namespace) wrongs['/namespace'] = { key: 'missing' }
  if (!draft.name) wrongs['/name'] = { key: 'missing' }
  else if (!Name.safeParse(draft.name).success) wrongs['/name'] = { key: 'name' }
  else if (taken.has(draft.name)) wrongs['/name'] = { key: 'taken', name: draft.name }
  return { ...wrongs, ...checkBindings(draft, app) }
}

/** How an address of a database begins; empty for whatever is called over HTTP. */
export function firstProtocol(capability: string): string {
  return Object.keys(databaseProtocols[capability] ?? {})[0] ?? ''
}

function addressOf(capability: string): RegExp {
  const protocols = Object.keys(databaseProtocols[capability] ?? { 'https:': 443, 'http:': 80 })
  return new RegExp(`^(${protocols.join('|')})//\\S+`)
}

export function checkBindings(draft: Draft, app: App): Wrongs {
  const wrongs: Wrongs = {}
  for (const need of app.needs) {
    const bound = draft.bindings[need.name]
    const path = `/bindings/${need.name}`
    if (bound === undefined && !need.optional) wrongs[path] = { key: 'missing' }
    if (typeof bound === 'object' && !addressOf(need.capability).test(bound.url))
      wrongs[`${path}/url`] = databaseProtocols[need.capability]
        ? { key: 'databaseUrl', name: firstProtocol(need.capability) }
        : { key: 'url' }
  }
  return wrongs
}

export function checkSettings(draft: Draft, app: App): Wrongs {
  const wrongs: Wrongs = {}
  for (const question of questionsOf(app.settingsSchema)) {
    const wrong = wrongWith(question, draft.settings[question.name])
    if (wrong) wrongs[`/settings/${question.name}`] = wrong
  }
  for (const side of ['requests', 'limits'] as const)
    for (const what of ['cpu', 'memory'] as const) {
      const amount = draft.resources[side][what]
      if (amount && !Quantity.safeParse(amount).success)
        wrongs[`/resources/${side}/${what}`] = { key: what }
    }
  if (draft.replicas !== undefined && draft.replicas > app.maxReplicas)
    wrongs['/replicas'] = { key: 'tooHigh', limit: app.maxReplicas }
  if (draft.host && !Host.safeParse(draft.host).success) wrongs['/ingress/host'] = { key: 'host' }
  for (const name of Object.keys(draft.env))
    if (!EnvName.safeParse(name).success) wrongs[`/env/${name}`] = { key: 'env' }
  return wrongs
}

function checkSecrets(secrets: Record<string, string>, app: App): Wrongs {
  const wanted = app.secrets.filter(secret => secret.kind === 'provided' && !secret.optional)
  const missing = wanted.filter(secret => !secrets[secret.name])
  return Object.fromEntries(missing.map(secret => [`/secrets/${secret.name}`, { key: 'missing' }]))
}

/** What is wrong in one step of the wizard; `taken` are the names in use in the chosen namespace. */
export function wrongsOf(
  step: Step,
  given: {
    draft: Draft
    secrets: Record<string, string>
    app: App | null
    taken: ReadonlySet<string>
  },
): Wrongs {
  const { draft, secrets, app, taken } = given
  if (!app) return { '/app': { key: 'app' } }
  switch (step) {
    case 'app':
    case 'review':
      return {}
    case 'place':
      return checkPlace(draft, app, taken)
    case 'settings':
      return checkSettings(draft, app)
    case 'secrets':
      return checkSecrets(secrets, app)
  }
}
