import type { Desired, Origins, Preview } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import { clean, short } from './render.ts'
import { type Terminal, tell } from './terminal.ts'

/** Where a value comes from, by its origin. */
function sourceOf(origin: Origins[string], environment: string): Text {
  if (origin === 'you') return { en: 'you', nl: 'jij' }
  if (origin === 'module') return { en: 'the app', nl: 'de app' }
  const own = origin === 'environment-app'
  return {
    en: `environment ${environment}${own ? ', for this app' : ''}`,
    nl: `omgeving ${environment}${own ? ', voor deze app' : ''}`,
  }
}

/** Every value that did not come from the app itself, with where it came from, and how many did. */
export function originLines(
  terminal: Terminal,
  values: Preview['values'] | Desired,
  origins: Origins,
  environment: string | null,
): string[] {
  const all = Object.entries(origins)
  const others = all.filter(([, origin]) => origin !== 'module')
  const own = all.length - others.length
  return [
    ...others.map(([place, origin]) => {
      const from = tell(terminal, sourceOf(origin, environment ?? 'dev'))
      return clean(`  ${place}: ${short(valueAt(values, place))} (${from})`)
    }),
    ...(own > 0 ? [`  ${tell(terminal, rest(own, others.length > 0))}`] : []),
  ]
}

function rest(own: number, more: boolean): Text {
  return {
    en: `${more ? 'and ' : ''}${own} more from the app itself`,
    nl: `${more ? 'en ' : ''}nog ${own} van de app zelf`,
  }
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
