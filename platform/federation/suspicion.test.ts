import { describe, expect, it } from 'vitest'
import { type HubSuspect, healthOf, healthRules, type Look, type Verdict } from './health.ts'
import { suspicionOf, type Watched } from './suspicion.ts'

const start = Date.UTC(2026, 10, 28, 12)
const longAgo = new Date(start - 3_600_000)
const at = (look: number) => new Date(start + look * healthRules.every)

/** Plays what is seen of each cluster, one letter a look (w: well, s: silent): who is suspected after each, and since when each is out. */
function played(...said: readonly string[]) {
  let suspect: HubSuspect | null = null
  const kept = new Map<string, { looks: Look[]; health: Verdict | null }>()
  return [...(said[0] ?? '')].map((_, i) => {
    const seen = said.map((letters, c): Watched => {
      const cluster = `c${c}`
      const before = kept.get(cluster) ?? { looks: [], health: null }
      const says = letters[i] === 'w' ? ('well' as const) : ('silent' as const)
      const look = { at: at(i).toISOString(), worker: says, probe: says }
      const looks = [...before.looks, look].slice(-healthRules.of)
      return { cluster, looks, health: healthOf(looks, before.health, at(i), longAgo) }
    })
    const now = suspicionOf(suspect, seen, at(i))
    suspect = now.suspect
    for (const { cluster, looks, health } of now.clusters)
      kept.set(cluster, { looks: [...looks], health })
    return { suspect, out: now.clusters.map(one => one.health.outSince) }
  })
}
const suspected = (...said: readonly string[]) =>
  played(...said)
    .map(one => (one.suspect ? 's' : '-'))
    .join('')

describe('a suspicion', () => {
  it('is over once enough of what fell silent was heard of five times in a row', () => {
    expect(
      suspected('wssssssssss', 'wssssssssss', 'wssswwwwwww', 'wwwwwwwwwww', 'wwwwwwwwwww'),
    ).toBe('-sssssss---')
    expect(suspected('wsssssssssss', 'wssswwswwwww', 'wwwwwwwwwwww')).toBe('-ssssssssss-')
  })

  it('keeps its beginning, and takes in what falls silent during it', () => {
    const all = played('wssssss', 'wssssss', 'wwwwwww', 'w'.repeat(7), 'wwwsssw')
    expect(all.map(one => one.suspect?.silent.length ?? 0)).toEqual([0, 0, 0, 3, 3, 3, 3])
    const blips = played('wswswsw', 'wswswsw', 'wwwwwww')
    expect(blips.at(-1)?.suspect?.since).toBe(at(1).toISOString())
  })

  it('is nobody’s outage: what is silent still counts from its end, and what was silent before as before', () => {
    const well = 'w'.repeat(20)
    const of = [`${well}sssswwwww`, `${well}sssssssss`, `${well}sssssssss`, 'w'.repeat(29)]
    const all = played(...of, 's'.repeat(29))
    expect(all.at(-2)?.suspect?.silent).toEqual(['c0', 'c1', 'c2'])
    expect(all.at(-1)).toEqual({
      suspect: null,
      out: [null, at(28).toISOString(), at(28).toISOString(), null, at(0).toISOString()],
    })
  })
})
