import { describe, expect, it } from 'vitest'
import { linesOf, plain } from './logs.ts'

const from = { pod: 'p', container: 'c' }

describe('log lines', () => {
  it('come with the time that the container runtime gave them', () => {
    expect(linesOf('2026-11-21T10:00:00.123456789Z hello world\n', from)).toEqual([
      { at: '2026-11-21T10:00:00.123456789Z', ...from, text: 'hello world' },
    ])
  })

  it('keep their text where no time stands in front', () => {
    expect(linesOf('unable to retrieve container logs', from)).toEqual([
      { at: null, ...from, text: 'unable to retrieve container logs' },
    ])
  })

  it('give no orders to a terminal', () => {
    const orders =
      '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b]8;;http://x\u0007link\u001b]8;;\u0007\b\rback\ttab'
    const text = plain(orders)
    expect(text).toBe('red linkback\ttab')
    expect(plain('\u001b]52;c;AAAA')).not.toMatch(/\p{Cc}/u)
  })

  it('are cut where they would be endless', () => {
    const [line] = linesOf(`2026-11-21T10:00:00Z ${'x'.repeat(100_000)}`, from)
    expect(line?.text.length).toBeLessThan(17_000)
    expect(line?.text).toMatch(/\[cut\]$/)
  })
})
