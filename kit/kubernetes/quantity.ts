type Suffix = '' | 'm' | 'k' | 'M' | 'G' | 'T' | 'Ki' | 'Mi' | 'Gi' | 'Ti'

/** A Kubernetes quantity: `250m`, `2`, `512Mi`. `512MB` is a compile error. */
export type Quantity = `${number}${Suffix}`

// `n` and `u` are what clusters measure in; no author writes them.
const scale: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
])

/** The number a quantity stands for (cores, bytes), or `undefined` when it is not a quantity this kit knows. */
export function quantityValue(quantity: string): number | undefined {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(quantity) ?? []
  const factor = scale.get(suffix)
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}
