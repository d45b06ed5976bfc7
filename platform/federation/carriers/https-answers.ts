/** What a worker in another region may answer to each type of question. It is the word of a cluster, and not of Kade. */
import { z } from 'zod'
import { ObjectChange, ObjectStatus } from '#api/deployments.ts'
import { Logs } from '#api/logs.ts'
import { DeploymentMetrics } from '#api/metrics.ts'
import { PlatformError } from '../../errors.ts'
import type { Question } from '../cluster-agent.ts'
import { errorOf, type Told } from './told-error.ts'

/** A value that is not there, on either side, is left out in JSON. */
const Drift = z.object({
  path: z.string(),
  desired: z.unknown().optional(),
  live: z.unknown().optional(),
  manager: z.string().optional(),
})

const answers: Readonly<Record<Question['type'], z.ZodType>> = {
  'dry-run': z.object({ changes: z.array(ObjectChange), live: z.string() }),
  objects: z.array(ObjectStatus.extend({ drift: z.array(Drift) })),
  metrics: DeploymentMetrics,
  logs: Logs,
  tell: z.object({ told: z.int(), refused: z.string().optional() }),
}

/** Codes that a worker may answer with. Any other, such as `unauthenticated`, would speak of the person who asked. */
const codes: ReadonlySet<string> = new Set(['cluster-unreachable', 'body-too-large', 'internal'])

/** The answer to this question. Throws `cluster-unreachable` for what does not fit: of that cluster nothing is known then. */
export function answerTo({ type }: Question, cluster: string, said: unknown): unknown {
  const parsed = answers[type].safeParse(said)
  if (parsed.success) return parsed.data
  throw new PlatformError(
    'cluster-unreachable',
    {
      en: `The worker of the cluster ${cluster} gave an answer that does not fit the question.`,
      nl: `De worker van het cluster ${cluster} gaf een antwoord dat niet bij de vraag past.`,
    },
    {
      next: {
        en: 'Run that worker in the version of its gateway.',
        nl: 'Draai die worker in de versie van zijn gateway.',
      },
      cause: parsed.error,
    },
  )
}

/** What a worker says went wrong, as an error of its cluster. */
export function errorFrom(told: Told): PlatformError {
  return errorOf(codes.has(told.code) ? told : { ...told, code: 'internal' })
}
