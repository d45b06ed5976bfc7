/** What is not evaluated but refused: evaluation grows faster than its input (5,000 containers took seconds). */
export const policyLimits = {
  bytes: 256 * 1024,
  depth: 64,
  containers: 64,
  /** Findings that are given back; a configuration with more is denied all the same. */
  findings: 200,
}

/** Why an input is too large to judge, or `null`. Walks without recursion, so that depth cannot break it. */
export function tooLarge(input: unknown, json: string): string | null {
  if (Buffer.byteLength(json) > policyLimits.bytes)
    return `It is larger than ${policyLimits.bytes / 1024} KiB.`
  const waiting: { value: unknown; depth: number }[] = [{ value: input, depth: 0 }]
  let containers = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next
    if (depth > policyLimits.depth) return `It is nested deeper than ${policyLimits.depth} levels.`
    if (typeof value !== 'object' || value === null) continue
    for (const [key, inner] of Object.entries(value)) {
      if (/^(containers|initContainers|ephemeralContainers)$/.test(key) && Array.isArray(inner))
        containers += inner.length
      waiting.push({ value: inner, depth: depth + 1 })
    }
  }
  if (containers > policyLimits.containers)
    return `It has more than ${policyLimits.containers} containers.`
  return null
}
