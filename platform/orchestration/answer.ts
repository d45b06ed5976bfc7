import type { Engine } from '#platform/deployments/engine/engine.ts'
import type { Question } from '#platform/federation/cluster-agent.ts'

/** Milliseconds for the notes of one question: whoever asked has them told again, fewer at a time. */
const tellWithin = 10_000

/** What a cluster says to a question of the gateway. */
export async function answer(engine: Engine, question: Question): Promise<unknown> {
  switch (question.type) {
    case 'dry-run':
      return engine.dryRun(question.work)
    case 'objects':
      return engine.inspect(question.work)
    case 'logs':
      return engine.logs(question, question.lines, question.since)
    case 'metrics':
      return engine.metrics(question)
    case 'tell':
      return engine.tell(question.notes, AbortSignal.timeout(tellWithin))
  }
}
