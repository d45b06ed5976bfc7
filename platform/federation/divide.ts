/** Who may get a part: in proportion to `weight`, and no more than `most`. */
export type Share = { readonly name: string; readonly weight: number; readonly most: number }

/**
 * Divides a whole number by the largest-remainder method; equal remainders go by name. The parts come to `total` wherever the
 * shares can take it, and to all that they can take otherwise.
 */
export function divide(total: number, shares: readonly Share[]): ReadonlyMap<string, number> {
  const given = new Map(shares.map(({ name }) => [name, 0]))
  const has = (name: string) => given.get(name) ?? 0
  let left = total
  for (;;) {
    const open = shares.filter(({ name, most }) => has(name) < most)
    if (left <= 0 || open.length === 0) return given
    const weights = open.reduce((sum, { weight }) => sum + weight, 0)
    const quotas = open.map(share => ({
      ...share,
      quota: weights > 0 ? (left * share.weight) / weights : left / open.length,
    }))
    const before = left
    for (const { name, most, quota } of quotas) {
      const part = Math.min(Math.floor(quota), most - has(name))
      given.set(name, has(name) + part)
      left -= part
    }
    // Where somebody took less than its quota, the others are asked once more for the difference.
    if (left >= open.length && left < before) continue
    const byRemainder = quotas.toSorted(
      (a, b) => (b.quota % 1) - (a.quota % 1) || (a.name < b.name ? -1 : 1),
    )
    for (const { name, most } of byRemainder)
      if (left > 0 && has(name) < most) {
        given.set(name, has(name) + 1)
        left -= 1
      }
  }
}
