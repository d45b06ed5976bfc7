/** `P50 1.2 P95 3.4 P99 5.6 ms` of times in milliseconds. */
export function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const told = [50, 95, 99].map(one => `P${one} ${(at(one / 100) ?? Number.NaN).toFixed(1)}`)
  return `${told.join('  ')} ms`
}
