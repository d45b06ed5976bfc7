import { describe, expect, it } from 'vitest'
import { healthOf, healthRules, hubSuspect, type Look, type Verdict } from './health.ts'

const start = Date.UTC(2026, 10, 28, 12)
const longAgo = new Date(start - 3_600_000)

/** One look by two letters, worker then probe: well, unwell (e), unreachable, silent, none (-). */
const letters = { w: 'well', e: 'unwell', u: 'unreachable', s: 'silent', '-': 'none' } as const
type Letter = keyof typeof letters

/** The verdicts after each look, one every five seconds. */
function verdicts(said: string, from: Verdict | null = null, watchingSince = longAgo) {
  const looks: Look[] = []
  let before = from
  return said.split(' ').map((pair, i) => {
    const [worker, probe] = [...pair].map(letter => letters[letter as Letter])
    const at = new Date(start + i * healthRules.every)
    looks.push({ at: at.toISOString(), worker, probe } as Look)
    before = healthOf(looks, before, at, watchingSince)
    return before
  })
}
const states = (said: string, from: Verdict | null = null) =>
  verdicts(said, from).map(one => one.state)
const last = (said: string, from?: Verdict | null) => verdicts(said, from).at(-1)
const down = last('ww ww uu us us us') ?? null

describe('a cluster', () => {
  it('goes down at the third bad look of five by both signals, and not before', () => {
    expect(states('ww ww ww us us us')).toEqual([
      ...['ready', 'ready', 'ready', 'ready', 'degraded', 'unknown'],
    ])
    expect(last('ww us ww us us')).toMatchObject({ state: 'unknown', down: true })
    expect(last('ww us ww ww us ww ww us')?.state).toBe('degraded')
  })

  it('comes back at the fifth good look in a row, and begins anew after a bad one', () => {
    const back = verdicts('ww ww ww ww ww', down)
    expect(back.map(one => one.state)).toEqual([
      ...['unknown', 'unknown', 'unknown', 'unknown', 'ready'],
    ])
    expect(back[0]).toMatchObject({ why: 'coming-back', down: false, outSince: null })
    expect(states('ww ww ww ww us ww ww ww ww ww', down).at(-2)).toBe('unknown')
    expect(states('ww ww ww ww us ww ww ww ww ww', down).at(-1)).toBe('ready')
  })

  it('is not ready where it answers and is not well, and unknown where it is silent', () => {
    expect(last('ww ue ue ue')).toMatchObject({
      state: 'not-ready',
      why: 'both-unwell',
      down: true,
    })
    expect(last('ww es es es')).toMatchObject({ state: 'not-ready', down: true })
    expect(last('ww ss ss ss')).toMatchObject({ state: 'unknown', why: 'both-silent', down: true })
  })

  it('is never down by one signal alone', () => {
    expect(last('ww sw sw sw sw')).toMatchObject({ state: 'unknown', why: 'unserved', down: false })
    expect(last('w- s- s- s- s-')).toMatchObject({
      state: 'unknown',
      why: 'one-signal',
      down: false,
    })
    expect(last('ww ws ws ws ws')).toMatchObject({
      state: 'degraded',
      why: 'worker-only',
      down: false,
    })
    expect(last('w- w- w-')).toMatchObject({ state: 'ready' })
  })

  it('is not down any more at the first good look, although it is not ready yet', () => {
    expect(last('ww')).toMatchObject({ state: 'ready' })
    expect(last('ww', down)).toMatchObject({ state: 'unknown', down: false })
    expect(last('ww us us us ww')).toMatchObject({ state: 'unknown', down: false })
  })

  it('counts again only once it is rid of what was moved away from it, or after ten minutes', () => {
    const looks = Array.from({ length: 5 }, (_, i): Look => {
      const at = new Date(start + i * healthRules.every).toISOString()
      return { at, worker: 'well', probe: 'well' }
    })
    const now = new Date(start + 20_000)
    const held = healthOf(looks, down, now, longAgo, true)
    expect(held).toMatchObject({ state: 'not-ready', why: 'clearing', down: false })
    expect(healthOf(looks, held, now, longAgo, true)).toEqual(held)
    expect(healthOf(looks, held, now, longAgo, false).state).toBe('ready')
    const late = { ...held, since: new Date(start - healthRules.clearing).toISOString() }
    expect(healthOf(looks, late, now, longAgo, true).state).toBe('ready')
    expect(healthOf(looks, null, now, longAgo, true).state).toBe('ready')
  })

  it('says since when it is so, and since when nothing good was seen', () => {
    const [, , , third, fourth] = verdicts('ww us us us us')
    const at = (look: number) => new Date(start + look * healthRules.every).toISOString()
    expect(third).toMatchObject({ state: 'unknown', since: at(3), outSince: at(1) })
    expect(fourth).toMatchObject({ since: at(3), outSince: at(1) })
  })

  it('is judged by nothing that is older than the window, and by nothing right after Kade was away', () => {
    const looks: Look[] = [0, 1, 2].map(i => ({
      at: new Date(start - i * 1000).toISOString(),
      worker: 'silent',
      probe: 'silent',
    }))
    const later = new Date(start + healthRules.window + 1)
    expect(healthOf(looks.toReversed(), null, new Date(start), longAgo).state).toBe('unknown')
    expect(healthOf(looks.toReversed(), null, later, longAgo).state).toBe('ready')
    const within = verdicts('us us us us us us', null, new Date(start))
    expect(within.map(one => one.state)).toEqual([
      ...['ready', 'ready', 'ready', 'ready', 'unknown', 'unknown'],
    ])
    expect(within[3]?.outSince).toBeNull()
  })
})

describe('Kade suspects itself', () => {
  const silence = (...seconds: (number | null)[]) =>
    seconds.map((second, i) => ({
      cluster: `c${i}`,
      outSince: second === null ? null : new Date(start + second * 1000).toISOString(),
    }))

  it('where more than half of the clusters fell silent in one window', () => {
    expect(hubSuspect(silence(0, 55, null))).toEqual({
      since: new Date(start).toISOString(),
      silent: ['c0', 'c1'],
    })
    expect(hubSuspect(silence(0, 0))?.silent).toEqual(['c0', 'c1'])
  })

  it('and not where it is half of them, one, or one after the other', () => {
    expect(hubSuspect(silence(0, 0, null, null))).toBeNull()
    expect(hubSuspect(silence(0))).toBeNull()
    expect(hubSuspect(silence(0, 61, null))).toBeNull()
    expect(hubSuspect([])).toBeNull()
  })

  it('counting only those that were not silent before', () => {
    expect(hubSuspect(silence(-9_000, 0, 0, null))?.silent).toEqual(['c1', 'c2'])
    expect(hubSuspect(silence(-9_000, 0, null, null))).toBeNull()
  })
})
