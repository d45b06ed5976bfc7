import { describe, expect, it } from 'vitest'
import { readDown } from './https-down.ts'

const id = '11111111-1111-4111-8111-111111111111'
const task = { id: 't1', kind: 'advance', cluster: 'paris', subject: 's', attempt: 1 }
const asks = { type: 'metrics', namespace: 'team-a', name: 'chat' }

describe('a message of the gateway', () => {
  it('is read as it is, also with more in it than was known', () => {
    const said = { type: 'task', task: { ...task, since: 'now' }, more: 1 }
    expect(readDown(said)).toEqual({ type: 'task', task })
    expect(readDown({ type: 'opened', stream: id })).toMatchObject({ protocol: 1 })
    expect(readDown({ type: 'opened', stream: id, protocol: 7 })).toMatchObject({ protocol: 7 })
  })

  it('is left alone where its kind is newer than the worker, and who waits for it is told', () => {
    expect(readDown({ type: 'dance', steps: 3 })).toEqual({
      type: 'unknown',
      what: 'message "dance"',
    })
    const newTask = { type: 'task', task: { ...task, kind: 'dance' } }
    expect(readDown(newTask)).toMatchObject({
      what: 'task "dance"',
      reply: {
        type: 'task',
        task: 't1',
        failure: expect.stringContaining('older than its gateway'),
      },
    })
    const newQuestion = {
      type: 'question',
      question: id,
      cluster: 'paris',
      asks: { type: 'dance' },
    }
    expect(readDown(newQuestion)).toMatchObject({
      what: 'question "dance"',
      reply: { type: 'question', question: id, error: { code: 'cluster-unreachable' } },
    })
  })

  it('is refused where it does not fit its kind', () => {
    for (const wrong of [
      undefined,
      'text',
      { stream: id },
      { type: 5 },
      { type: 'opened', stream: 'x' },
      { type: 'task', task: { ...task, attempt: 'one' } },
      { type: 'question', question: id, cluster: 'paris', asks: { ...asks, name: 7 } },
      { type: 'question', question: 'x', cluster: 'paris', asks: { type: 'dance' } },
    ])
      expect(() => readDown(wrong), JSON.stringify(wrong)).toThrow()
  })
})
