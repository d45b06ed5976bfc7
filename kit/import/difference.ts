/** What has to be laid over one value, by `overlay`, so that it becomes another. */
import { quantityValue } from '../kubernetes/quantity.ts'
import { at } from '../lint/read.ts'
import { isKeyed, keyOf } from '../overlay.ts'

type Where = {
  readonly list: string
  readonly path: string
  /** What is wanted without what a server fills in; what is laid over whole is taken from here. */
  readonly said: unknown
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `1000m` and `1` are one amount, `'1'` and 1 too. */
function isSameAmount(path: string, one: unknown, other: unknown): boolean {
  if (!/\/(requests|limits|sizeLimit|capacity)(\/|$)/.test(path)) return false
  const [first, second] = [quantityValue(String(one)), quantityValue(String(other))]
  return first !== undefined && first === second
}

function inside(where: Where, key: string, said: unknown): Where {
  return { list: key, path: `${where.path}/${key}`, said }
}

function ofMaps(
  base: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  where: Where,
): unknown {
  const gone = Object.keys(base).filter(key => !Object.hasOwn(wanted, key))
  const changes = Object.entries(wanted).flatMap(([key, value]) => {
    const change = Object.hasOwn(base, key)
      ? difference(base[key], value, inside(where, key, at(where.said, key)))
      : (at(where.said, key) ?? value)
    return change === undefined ? [] : [[key, change] as const]
  })
  const all = [...gone.map(key => [key, null] as const), ...changes]
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

/**
 * Whether items stand in the order they need: steps before the start in theirs, a variable after those it is built from where
 * it was so (`$(NAME)` of a later one stays as it is).
 */
function isInOrder(list: string, merged: readonly string[], wanted: readonly unknown[]): boolean {
  const keys = wanted.map(each => keyOf(list, each) ?? '')
  if (list === 'initContainers') return merged.join('\n') === keys.join('\n')
  if (list !== 'env') return true
  return wanted.every((each, index) =>
    [...JSON.stringify(each).matchAll(/\$\(([^)]+)\)/g)].every(([, name = '']) => {
      const wasBefore = keys.indexOf(name) < index
      return wasBefore === merged.indexOf(name) < merged.indexOf(keys[index] ?? '')
    }),
  )
}

function ofLists(base: readonly unknown[], wanted: readonly unknown[], where: Where): unknown {
  const { list } = where
  const said = Array.isArray(where.said) ? where.said : wanted
  const plainly = JSON.stringify(base) === JSON.stringify(wanted)
  if (plainly) return undefined
  if (!isKeyed(list)) return sameItems(base, wanted, where) ? undefined : said
  const whole = [{ $patch: 'replace' }, ...said]
  const keys = wanted.map(each => keyOf(list, each))
  const baseKeys = base.map(each => keyOf(list, each))
  const isSound = (all: readonly unknown[]) =>
    !all.includes(undefined) && new Set(all).size === all.length
  if (!isSound(keys) || !isSound(baseKeys)) return whole
  const kept = baseKeys.filter(key => keys.includes(key))
  const merged = [...kept, ...keys.filter(key => !baseKeys.includes(key))].map(String)
  if (!isInOrder(list, merged, wanted)) return whole
  const changes = [
    ...base
      .filter((_, index) => !keys.includes(baseKeys[index]))
      .map(each => ({ ...keyFields(list, each), $patch: 'delete' })),
    ...wanted.flatMap((each, index) => {
      const before = baseKeys.indexOf(keys[index])
      if (before === -1) return [said[index] ?? each]
      const change = difference(base[before], each, inside(where, String(keys[index]), said[index]))
      return change === undefined
        ? []
        : [isMap(change) ? { ...keyFields(list, each), ...change } : change]
    }),
  ]
  return changes.length === 0 ? undefined : changes
}

function sameItems(base: readonly unknown[], wanted: readonly unknown[], where: Where): boolean {
  return (
    base.length === wanted.length &&
    wanted.every(
      (each, index) => difference(base[index], each, inside(where, '', each)) === undefined,
    )
  )
}

/** The fields by which an item is found again. */
function keyFields(list: string, item: unknown): Readonly<Record<string, unknown>> {
  const names = ['name', 'mountPath', 'devicePath', 'ip', 'topologyKey', 'whenUnsatisfiable']
  const of = isMap(item) ? item : {}
  const wanted =
    list === 'ports'
      ? ['containerPort' in of ? 'containerPort' : 'port', 'protocol']
      : names.filter(name => keyOf(list, { ...of, [name]: undefined }) === undefined)
  return Object.fromEntries(wanted.filter(key => key in of).map(key => [key, of[key]]))
}

/** The change that `overlay` makes of `base` what is wanted; undefined where they mean the same. */
export function difference(
  base: unknown,
  wanted: unknown,
  where: Where = { list: '', path: '', said: wanted },
): unknown {
  if (isMap(base) && isMap(wanted)) return ofMaps(base, wanted, where)
  if (Array.isArray(base) && Array.isArray(wanted)) return ofLists(base, wanted, where)
  if (base === wanted || isSameAmount(where.path, base, wanted)) return undefined
  const said = where.said ?? wanted
  return Array.isArray(said) && isKeyed(where.list) ? [{ $patch: 'replace' }, ...said] : said
}

/** How many fields a change holds. */
export function countFields(change: unknown): number {
  if (change === undefined) return 0
  if (isMap(change))
    return Object.values(change).reduce<number>((sum, each) => sum + countFields(each), 0)
  if (Array.isArray(change)) return change.reduce<number>((sum, each) => sum + countFields(each), 0)
  return 1
}
