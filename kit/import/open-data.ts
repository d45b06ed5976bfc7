/** Writing into copies of open data; what others hold is never changed. */
import { fields } from '../lint/read.ts'

export type Data = Record<string, unknown>

/** The map at a key, put there when there was none. */
export function mapAt(data: Data, ...path: readonly string[]): Data {
  let inside = data
  for (const key of path) {
    const next = inside[key]
    if (typeof next !== 'object' || next === null) inside[key] = {}
    inside = inside[key] as Data // set above, or a map or list that was there
  }
  return inside
}

/** Sets a value by JSON Pointer (RFC 6901); `undefined` removes what is there. */
export function setAt(data: Data, pointer: string, value: unknown): void {
  const path = pathOf(pointer)
  const last = path.pop()
  if (last === undefined) return
  const inside = mapAt(data, ...path)
  if (value !== undefined) inside[last] = value
  else delete inside[last]
}

export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Value at a JSON Pointer, through maps and lists. */
export function valueAt(data: unknown, pointer: string): unknown {
  return pathOf(pointer).reduce<unknown>(
    (inside, key) => (Array.isArray(inside) ? inside[Number(key)] : fields(inside)[key]),
    data,
  )
}

/** The lists' items as maps that may be written to. */
export function itemsAt(data: unknown, key: string): Data[] {
  const list = fields(data)[key]
  return Array.isArray(list)
    ? list.filter(each => typeof each === 'object' && each !== null && !Array.isArray(each))
    : []
}
