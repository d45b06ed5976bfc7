import pLimit, { type LimitFunction } from 'p-limit'
import type { Database } from '../../adapters/database/database.ts'
import type { Queue, ServeOptions } from '../../orchestration/queue.ts'
import type { Answer, ClusterAgent, Question } from '../cluster-agent.ts'
import { unanswered } from './unanswered.ts'
import { claimFrom, writeHeartbeat } from './worker-side.ts'

export type AgentOptions = {
  database: Database
  queue: Pick<Queue, 'serve'>
  serve?: ServeOptions
  onError?: (error: unknown) => void
}

/** Questions that are answered at a time, per cluster: one that hangs holds up no other cluster's. */
const AT_ONCE = 16

type Answerer = (cluster: string, question: Question) => Promise<unknown>

/** The carrier of `kade up`: hub and worker are one process, so a question is a call. Tasks go through the queue as ever. */
export function createInProcessAgent(options: AgentOptions): ClusterAgent {
  const { database, queue, serve = {} } = options
  // Of those who serve one cluster the last is asked; when it leaves, the one before it.
  const answerers: { readonly clusters: readonly string[]; readonly answer: Answerer }[] = []
  const limits = new Map<string, LimitFunction>()
  return {
    claim: (clusters, handle) => claimFrom(queue, clusters, handle, serve),
    heartbeat: beat => writeHeartbeat(database, beat),
    async answer(clusters, answer) {
      const one = { clusters, answer }
      answerers.push(one)
      return async () => {
        const at = answerers.indexOf(one)
        if (at >= 0) answerers.splice(at, 1)
      }
    },
    async ask<Q extends Question>(cluster: string, question: Q, deadline: number) {
      const answerer = answerers.findLast(one => one.clusters.includes(cluster))?.answer
      if (!answerer) throw unanswered(cluster, deadline)
      const until = Date.now() + deadline
      const limit = limits.get(cluster) ?? pLimit(AT_ONCE)
      limits.set(cluster, limit)
      const answer = limit(() => {
        // Nobody waits for it any more.
        if (Date.now() >= until) throw unanswered(cluster, deadline)
        return answerer(cluster, question)
      })
      // The worker answers each type of question with its own type of answer.
      return (await within(deadline, cluster, answer)) as Answer<Q>
    },
  }
}

async function within<T>(deadlineMs: number, cluster: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unanswered(cluster, deadlineMs)), deadlineMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
