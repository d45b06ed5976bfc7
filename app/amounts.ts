const milli = { m: 0.001, '': 1, k: 1000 }
const units: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}
const sizes: readonly [string, number][] = [
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
]

function parts(quantity: string): [number, string] | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(quantity) ?? []
  return digits === undefined || unit === undefined ? undefined : [Number(digits), unit]
}

function written(value: number, language: string, digits = 2): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
}

/** A Kubernetes CPU quantity in cores: `250m` → "0.25". What is no quantity comes back as it is. */
export function coresOf(quantity: string, language: string): string {
  const [value, unit] = parts(quantity) ?? []
  if (value === undefined || (unit !== 'm' && unit !== '' && unit !== 'k')) return quantity
  return written(value * milli[unit], language, 3)
}

/** A Kubernetes memory or storage quantity as people read it: `512Mi` → "512 MiB", `1Gi` → "1 GiB". */
export function bytesOf(quantity: string, language: string): string {
  const [value, unit = ''] = parts(quantity) ?? []
  const factor = units[unit]
  if (value === undefined || factor === undefined) return quantity
  const bytes = value * factor
  const [name, size] = sizes.find(([, least]) => bytes >= least) ?? ['B', 1]
  return `${written(bytes / size, language)} ${name}`
}
