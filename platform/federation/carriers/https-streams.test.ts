import { describe, expect, it } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import type { ClusterAgent, Question, Task } from '../cluster-agent.ts'
import { openWorkerStreams, type Send } from './https-streams.ts'

type Handle = Parameters<ClusterAgent['claim']>[1]
type Answer = Parameters<ClusterAgent['answer']>[1]

const task: Task = { id: 't1', kind: 'advance', cluster: 'paris', subject: 's', attempt: 1 }
const question: Question = { type: 'metrics', namespace: 'team-a', name: 'chat' }
const worker = { credential: '11111111-1111-4111-8111-111111111111', clusters: ['paris'] }

/** A stream that takes its first message and then, as one that is breaking, neither takes nor refuses any. */
async function breakingStream(serves: 'tasks' | 'questions') {
  const database: Pick<Database, 'query' | 'listen'> = {
    query: async () => [],
    listen: async () => async () => {},
  }
  const taken = Promise.withResolvers<{ handle?: Handle; answer?: Answer }>()
  const stopped = Promise.withResolvers<void>()
  const stop = () => stopped.promise
  const streams = openWorkerStreams({
    // Only these two of its functions are used here.
    database: database as Database,
    agent: {
      claim: async (_clusters, handle) => {
        taken.resolve({ handle })
        return stop
      },
      answer: async (_clusters, answer) => {
        taken.resolve({ answer })
        return stop
      },
    },
  })
  const over = new AbortController()
  const sending = Promise.withResolvers<void>()
  const send: Send = async message => {
    if (message.type === 'opened') return
    sending.resolve()
    await new Promise(() => {})
  }
  const { signal } = over
  const held = streams.hold({ worker, serves, clusters: ['paris'], send, signal })
  const breaks = () => over.abort(new Error('closed'))
  return { ...(await taken.promise), sending: sending.promise, breaks, stopped, held, streams }
}

describe('what a stream is sent while it breaks', () => {
  it('is given back: a task', async () => {
    const { handle, sending, breaks, stopped, held, streams } = await breakingStream('tasks')
    const { signal } = new AbortController()
    const first = handle?.(task, signal)
    await sending
    breaks()
    await expect(first).rejects.toThrow('The connection to the worker ended')
    // Claimed before the claiming had stopped.
    await expect(handle?.({ ...task, id: 't2' }, signal)).rejects.toThrow('The connection')
    stopped.resolve()
    await held
    await streams.close()
  })

  it('is given back: a question', async () => {
    const { answer, sending, breaks, stopped, held, streams } = await breakingStream('questions')
    const first = answer?.('paris', question)
    await sending
    breaks()
    await expect(first).rejects.toMatchObject({ code: 'cluster-unreachable' })
    stopped.resolve()
    await held
    await streams.close()
  })
})
