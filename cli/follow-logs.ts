import { setTimeout as delay } from 'node:timers/promises'
import { ProblemError } from '#api/client.ts'
import type { Logs } from '#api/logs.ts'
import type { Text } from '#api/names.ts'
import { createLogMerge } from './log-merge.ts'

const POLL_MS = 2_000
const LONGEST_PAUSE_MS = 30_000
/** Milliseconds for one answer. */
export const ANSWER_MS = 30_000

export type Following = {
  /** How many lines the first answer is asked for. */
  readonly lines: number
  /** Asks for the lines from a time on; for the first ones without. */
  ask(since: string | undefined): Promise<Logs>
  onLines(lines: Logs['items']): void
  /** A sentence for the person who watches. */
  onNews(news: Text): void
}

/**
 * Tells new lines as they come, by asking every two seconds. Pods may come and go. Resolves when the deployment is gone;
 * while Kade or the cluster is away it goes on trying, ever more slowly. Rejects with what trying again cannot mend.
 */
export async function followLogs({ lines: first, ask, onLines, onNews }: Following): Promise<void> {
  const merge = createLogMerge()
  let begun = false
  let failures = 0
  for (;;) {
    try {
      const { items, truncated } = await ask(merge.since())
      const { lines, gap } = merge.take(items, first)
      if (failures > 0) onNews({ en: 'It answers again.', nl: 'Er komt weer antwoord.' })
      if (gap && truncated) onNews(missing)
      onLines(lines)
      begun = true
      failures = 0
    } catch (error) {
      if (begun && isGone(error)) return
      if (!begun || !mayPass(error)) throw error
      if (failures === 0) onNews(tryingOn(messageOf(error)))
      failures++
    }
    await delay(Math.min(LONGEST_PAUSE_MS, POLL_MS * 2 ** failures))
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'not-found'
}

/** Too many requests, a server or cluster that is away, a connection that broke, or no answer in time. */
function mayPass(error: unknown): boolean {
  if (error instanceof ProblemError)
    return error.problem.status >= 500 || error.problem.status === 429
  if (error instanceof TypeError) return error.cause instanceof Error
  return error instanceof DOMException && error.name === 'TimeoutError'
}

const missing: Text = {
  en: 'More is written than can be followed: lines are missing here.',
  nl: 'Er wordt meer geschreven dan te volgen is: hier ontbreken regels.',
}

function tryingOn(why: Text): Text {
  return {
    en: `${why.en} Trying on; end it with Ctrl-C.`,
    nl: `${why.nl} Het wordt opnieuw geprobeerd; stop met Ctrl-C.`,
  }
}

/** The detail of a problem is in the reader's language already. */
function messageOf(error: unknown): Text {
  if (!(error instanceof ProblemError))
    return { en: 'Kade does not answer.', nl: 'Kade antwoordt niet.' }
  const { detail } = error.problem
  return { en: detail, nl: detail }
}
