import type { Desired, Origins, Preview } from '#api/deployments.ts'
import { clean, short } from './render.ts'

const sources = {
  module: 'the app',
  environment: 'environment',
  'environment-app': 'environment, for this app',
  you: 'you',
} as const

/** Every value that did not come from the app itself, with where it came from, and how many did. */
export function originLines(
  values: Preview['values'] | Desired,
  origins: Origins,
  environment: string | null,
): string[] {
  const all = Object.entries(origins)
  const others = all.filter(([, origin]) => origin !== 'module')
  const own = all.length - others.length
  return [
    ...others.map(([place, origin]) => {
      const from = sources[origin].replace('environment', `environment ${environment ?? 'dev'}`)
      return clean(`  ${place}: ${short(valueAt(values, place))} (${from})`)
    }),
    ...(own > 0 ? [`  ${others.length > 0 ? 'and ' : ''}${own} more from the app itself`] : []),
  ]
}

function valueAt(values: object, place: string): unknown {
  const [, ...path] = place.split('/')
  return path
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (inside, key) =>
        typeof inside === 'object' && inside ? Reflect.get(inside, key) : undefined,
      values,
    )
}
