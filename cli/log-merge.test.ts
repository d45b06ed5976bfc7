import { describe, expect, it } from 'vitest'
import { createLogMerge } from './log-merge.ts'

function line(second: number | null, text: string, pod = 'a-0') {
  const time = new Date(Date.UTC(2026, 10, 21, 10, 0, second ?? 0)).toISOString()
  return {
    at: second === null ? null : time.replace('000Z', '000000001Z'),
    pod,
    container: 'c',
    text,
  }
}

describe('answers that overlap', () => {
  it('become one stream, whichever pod a line is of', () => {
    const merge = createLogMerge()
    const [one, two] = [line(1, 'one'), line(2, 'two', 'b-0')]
    expect(merge.take([one, two]).lines).toEqual([one, two])
    const [late, three] = [line(1, 'late', 'b-0'), line(3, 'three')]
    expect(merge.take([one, late, two, three])).toEqual({ lines: [late, three], gap: false })
    expect(merge.take([one, late, two, three]).lines).toEqual([])
  })

  it('keep a line that is said twice in the same moment', () => {
    const merge = createLogMerge()
    expect(merge.take([line(1, 'same')]).lines).toHaveLength(1)
    expect(merge.take([line(1, 'same'), line(1, 'same')]).lines).toHaveLength(1)
    expect(merge.take([line(1, 'same'), line(1, 'same')]).lines).toHaveLength(0)
  })

  it('do not tell a line again that one answer left out', () => {
    const merge = createLogMerge()
    merge.take([line(1, 'one'), line(2, 'two')])
    expect(merge.take([]).lines).toEqual([])
    expect(merge.take([line(1, 'one'), line(2, 'two')]).lines).toEqual([])
  })

  it('leave out what was before the few lines that were asked for first', () => {
    const merge = createLogMerge()
    const at = (moment: string, text: string) => ({ ...line(1, text), at: moment })
    const [before, first] = [
      at('2026-11-21T10:00:01.00000012Z', 'before'),
      at('2026-11-21T10:00:01.0000002Z', 'first'),
    ]
    const [late, next] = [line(2, 'late', 'b-0'), line(3, 'next')]
    expect(merge.take([first], 1).lines).toEqual([first])
    expect(merge.take([line(0, 'old'), before, first, late, next], 2000)).toEqual({
      lines: [late, next],
      gap: false,
    })
  })

  it('are asked for from ten seconds before the newest line', () => {
    const merge = createLogMerge()
    expect(merge.since()).toBeUndefined()
    merge.take([line(null, 'no time')])
    expect(merge.since()).toBeUndefined()
    merge.take([line(30, 'new'), line(20, 'older')])
    expect(merge.since()).toBe('2026-11-21T10:00:20.000Z')
  })

  it('show a gap where they share no line', () => {
    const merge = createLogMerge()
    expect(merge.take([line(1, 'one')]).gap).toBe(false)
    expect(merge.take([line(1, 'one'), line(2, 'two')]).gap).toBe(false)
    expect(merge.take([line(30, 'thirty')]).gap).toBe(true)
    expect(merge.take([]).gap).toBe(false)
  })
})
