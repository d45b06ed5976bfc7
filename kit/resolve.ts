import type { App, AppData, RenderInput, SettingsResult } from './app.ts'
import type { Environment } from './environment.ts'
import { pointer } from './lint/read.ts'

/** Where a value comes from: the module, the environment for every app or for this one, or the person who deploys. */
export type Origin = 'module' | 'environment' | 'environment-app' | 'you'
/** By JSON Pointer into the request that would say the same: `/settings/language`, `/replicas`, `/resources/limits/cpu`, `/env/TZ`. */
export type Origins = Readonly<Record<string, Origin>>

/** What somebody gave, all of it optional. */
export type Given = {
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly replicas?: number | undefined
  readonly resources?: RenderInput['resources'] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** The values a deployment gets. Settings are complete where they are valid; resources hold what is asked over the module's own. */
export type Resolved = {
  readonly settings: SettingsResult
  readonly replicas: number
  readonly resources: NonNullable<RenderInput['resources']> | undefined
  readonly env: Readonly<Record<string, string>>
  readonly origins: Origins
}

type Leaf = { readonly path: readonly [string, ...string[]]; readonly value: unknown }

/** The values that can come from somewhere else each; a setting counts as one, whatever is in it. */
function leaves({ settings, replicas, resources, env }: Given): readonly Leaf[] {
  const inside = (path: readonly [string, ...string[]], values: object | undefined) =>
    Object.entries(values ?? {}).map(([key, value]) => ({ path: [...path, key] as const, value }))
  return [
    ...inside(['settings'], settings),
    { path: ['replicas'] as const, value: replicas },
    ...inside(['resources', 'requests'], resources?.requests),
    ...inside(['resources', 'limits'], resources?.limits),
    ...inside(['env'], env),
  ].filter(each => each.value !== undefined)
}

/** An app that can have one replica only has one, whatever is usual. */
function usual({ defaults = {} }: Environment, { maxReplicas }: AppData): Given {
  const { replicas, ...rest } = defaults
  if (replicas === undefined || maxReplicas === 1) return rest
  return { ...rest, replicas: Math.min(replicas, maxReplicas) }
}

/** Values by JSON Pointer with where each comes from, and the settings among them as the module has yet to see them. */
export type Chosen = {
  readonly leaves: ReadonlyMap<string, Leaf & { readonly origin: Origin }>
  readonly settings: Readonly<Record<string, unknown>>
}

/** Pure: for each value the last layer that has one. */
export function choose(app: AppData, environment: Environment, given: Given): Chosen {
  const chosen = new Map<string, Leaf & { readonly origin: Origin }>()
  const layers: readonly (readonly [Origin, Given])[] = [
    ['module', { replicas: 1, resources: app.resources }],
    ['environment', usual(environment, app)],
    ['environment-app', environment.apps?.[app.id] ?? {}],
    ['you', given],
  ]
  for (const [origin, values] of layers)
    for (const leaf of leaves(values)) chosen.set(pointer(...leaf.path), { ...leaf, origin })
  return { leaves: chosen, settings: under(chosen, 'settings') }
}

/** The values below a path. What the module asks for its own containers is no wish of anybody over it. */
function under(leaves: Chosen['leaves'], ...path: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    [...leaves.values()]
      .filter(each => path.every((key, index) => each.path[index] === key))
      .filter(each => path[0] !== 'resources' || each.origin !== 'module')
      .map(each => [each.path.at(-1) ?? '', each.value]),
  )
}

/** Pure: the values of a deployment, once the module has said what it makes of the settings. */
export function resolved({ leaves: chosen }: Chosen, settings: SettingsResult): Resolved {
  const filled = settings.ok ? Object.keys(settings.settings) : []
  const requests = under(chosen, 'resources', 'requests')
  const limits = under(chosen, 'resources', 'limits')
  const asksNothing = Object.keys({ ...requests, ...limits }).length === 0
  return {
    settings,
    replicas: Number(chosen.get('/replicas')?.value),
    resources: asksNothing
      ? undefined
      : {
          ...(Object.keys(requests).length > 0 && { requests }),
          ...(Object.keys(limits).length > 0 && { limits }),
        },
    env: under(chosen, 'env') as Record<string, string>, // the leaves of `env` are texts
    origins: {
      ...Object.fromEntries(filled.map(name => [pointer('settings', name), 'module' as const])),
      ...Object.fromEntries([...chosen].map(([place, { origin }]) => [place, origin])),
    },
  }
}

/** Pure: what a deployment of an app runs with in an environment, and where each value of it comes from. */
export function resolve(app: App, environment: Environment, given: Given): Resolved {
  const chosen = choose(app, environment, given)
  return resolved(chosen, app.parseSettings(chosen.settings))
}
