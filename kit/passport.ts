import { z } from 'zod'

// Somebody will follow it.
const Link = z.url({ protocol: /^https?$/ })
const Text = z.strictObject({ en: z.string().min(1), nl: z.string().min(1) })

/** The five criteria every passport answers, in the order in which they are shown. */
export const criterionIds = [
  'open-source',
  'dpia',
  'accessibility',
  'ai-risk',
  'self-hostable',
] as const

/** Criteria that a passport may answer as well. What it does not answer is unknown, without having to say so. */
export const furtherCriterionIds = [
  'licence-clarity',
  'open-standards',
  'functional-description',
  'tech-explainer',
  'supply-chain',
  'maintained',
  'model-openness',
  'data-location',
  'algorithm-register',
  'operable',
  'external-support',
  'human-rights-assessment',
] as const

const everyId = [...criterionIds, ...furtherCriterionIds] as const

/**
 * Where an answer was read. `sha256` is of the document as it was on `checkedAt`, so that a later one cannot pass for it. An
 * assessment whose copy lies beside the passport names it in `file`: a DPIA, pre-scan or IAMA, whose form is then checked.
 */
const Evidence = z
  .strictObject({
    title: z.string().min(1),
    url: z.url(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'is 64 hexadecimal digits in small letters')
      .optional(),
    checkedAt: z.iso.date().optional(),
    file: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]*\.json$/, 'is the name of a .json file beside the passport')
      .optional(),
  })
  .refine(({ file, sha256 }) => file === undefined || sha256 !== undefined, {
    message: 'a file has its sha256, so that no other file can pass for it',
    path: ['sha256'],
  })

const Criterion = z.strictObject({
  id: z.enum(everyId),
  answer: z.enum(['yes', 'partly', 'no', 'unknown', 'not-applicable']),
  /** A word of the criterion's own scale, such as an AI-risk class. */
  value: z.string().optional(),
  explanation: Text,
  evidence: z.array(Evidence),
  /**
   * `none`: nobody could say; `judged` by the editors of the catalogue; `self-declared` by the maker; `source-read` in the
   * project's own material; `evidenced` by a document; `ran` by us.
   */
  assurance: z.enum(['none', 'judged', 'self-declared', 'source-read', 'evidenced', 'ran']),
  checkedAt: z.iso.date(),
  expiresAt: z.iso.date().optional(),
})

/**
 * How far one version of an app was tried, each level with those before it: `rendered` for any settings against the schemas of a
 * Kubernetes; `admitted`, with its pods, by the API server of that Kubernetes under the restricted profile; `ran` there and served.
 */
const Tested = z.strictObject({
  level: z.enum(['rendered', 'admitted', 'ran']),
  /** The version of the app. */
  version: z.string().min(1),
  kubernetes: z.string().regex(/^\d+\.\d+\.\d+$/),
  at: z.iso.date(),
})

/**
 * An app's answers to the transparency criteria: the five exactly once, the further ones once or not at all, with evidence and how sure one may be. An answer other than
 * `unknown` rests on evidence; unknown is said, and never hidden.
 */
export const Passport = z.strictObject({
  licence: z.strictObject({
    spdx: z.string().min(1),
    openSource: z.enum(['yes', 'partly', 'no']),
    summary: Text,
  }),
  maker: z.strictObject({ name: z.string().min(1), kind: z.string().min(1) }),
  links: z.record(z.string(), Link),
  /** Absent while nobody has tried it. */
  tested: Tested.optional(),
  criteria: z.array(Criterion).check(({ value, issues }) => {
    for (const id of criterionIds) {
      const answers = value.filter(each => each.id === id)
      if (answers.length === 1) continue
      const message = `"${id}" is answered ${answers.length} times; each criterion is answered once`
      issues.push({ code: 'custom', input: value, message })
    }
    for (const id of furtherCriterionIds) {
      if (value.filter(each => each.id === id).length <= 1) continue
      const message = `"${id}" is answered more than once; a further criterion is answered once or not at all`
      issues.push({ code: 'custom', input: value, message })
    }
    for (const { id, answer, assurance, evidence } of value) {
      if ((answer === 'unknown') !== (assurance === 'none')) {
        const message = `"${id}" is unknown exactly when its assurance is none`
        issues.push({ code: 'custom', input: value, message })
      }
      if (answer === 'unknown' || evidence.length > 0) continue
      const message = `"${id}" is answered "${answer}" without evidence; add it, or answer "unknown"`
      issues.push({ code: 'custom', input: value, message })
    }
  }),
})
export type Passport = z.infer<typeof Passport>

/** The criteria that a passport leaves open; they count as unknown. */
export function unanswered({ criteria }: { criteria: readonly { id: string }[] }): string[] {
  const answered = new Set(criteria.map(({ id }) => id))
  return everyId.filter(id => !answered.has(id))
}

/** Whether an answer no longer counts: its last day, in UTC, has passed. */
export function isExpired({ expiresAt }: { expiresAt?: string | undefined }, now: Date): boolean {
  return expiresAt !== undefined && expiresAt < now.toISOString().slice(0, 10)
}

/** What is wrong with a claim that an app was tried: it holds for one version, and not for a day to come. */
export function testedFaults(
  { tested }: { tested?: { version: string; at: string } | undefined },
  { version }: { version: string },
  now: Date,
): string[] {
  if (tested === undefined) return []
  const found: string[] = []
  if (tested.version !== version)
    found.push(
      `tested speaks of version ${tested.version}, but the module is version ${version}; try it again, or leave tested out`,
    )
  if (tested.at > now.toISOString().slice(0, 10))
    found.push(`tested.at is a day to come: ${tested.at}`)
  return found
}
