/** Reads what comes down a stream, also from a gateway that is newer than its worker. */
import type { z } from 'zod'
import { isRecord } from '#platform/deployments/engine/reading.ts'
import { Down, type Reply } from './https-messages.ts'

/** Something newer than this worker. `reply` is what whoever waits for an answer to it is told. */
export type Unknown = { readonly type: 'unknown'; readonly what: string; readonly reply?: Reply }

/**
 * One message. Of a kind that this worker does not know it says so, as of a task or a question of such a kind; throws for what is no message,
 * or does not fit its kind.
 */
export function readDown(said: unknown): Down | Unknown {
  const read = Down.safeParse(said)
  if (read.success) return read.data
  const unknown = isRecord(said) ? newer(said, read.error) : undefined
  if (unknown === undefined) throw read.error
  return unknown
}

function newer(said: Record<string, unknown>, { issues }: z.ZodError): Unknown | undefined {
  const { type, task, question, asks, cluster } = said
  const isOf = (...path: readonly string[]) =>
    issues.length === 1 && issues[0]?.path.join('.') === path.join('.')
  if (isOf('type') && typeof type === 'string')
    return { type: 'unknown', what: `message ${quoted(type)}` }
  if (isOf('task', 'kind') && isRecord(task) && typeof task.id === 'string') {
    const what = `task ${quoted(task.kind)}`
    return {
      type: 'unknown',
      what,
      reply: { type: 'task', task: task.id, failure: older(what, task.cluster).en },
    }
  }
  if (isOf('asks', 'type') && isRecord(asks) && typeof question === 'string') {
    const what = `question ${quoted(asks.type)}`
    const error = {
      code: 'cluster-unreachable',
      message: older(what, cluster),
      next: {
        en: 'Run that worker in the version of its gateway.',
        nl: 'Draai die worker in de versie van zijn gateway.',
      },
    }
    return { type: 'unknown', what, reply: { type: 'question', question, error } }
  }
  return undefined
}

function quoted(kind: unknown): string {
  return JSON.stringify(String(kind).slice(0, 60))
}

function older(what: string, cluster: unknown) {
  return {
    en: `The worker of the cluster ${cluster} is older than its gateway and does not know the ${what}.`,
    nl: `De worker van het cluster ${cluster} is ouder dan zijn gateway en kent dit niet: ${what}.`,
  }
}
