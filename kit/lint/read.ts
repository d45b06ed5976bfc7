/** Reading open data whose shape nobody promised: what is not there, or is something else, reads as empty. */

export type Fields = Readonly<Record<string, unknown>>

export function fields(value: unknown): Fields {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as Fields) : {} // a non-null object that is no array has string keys
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inside, key) => fields(inside)[key], value)
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** JSON Pointer of a path (RFC 6901). */
export function pointer(...path: readonly (string | number)[]): string {
  return path.map(each => `/${String(each).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
