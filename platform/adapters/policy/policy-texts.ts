import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Finding, PatchOperation } from '#api/findings.ts'
import { Text } from '#api/names.ts'

/** `policies/<id>/texts.yaml`: what a policy says to people, in both languages. */
export const PolicyTexts = z.strictObject({
  severity: z.enum(['deny', 'warn']),
  /** Whose consent an exception needs. */
  approver: z.enum(['admin', 'security', 'privacy']),
  sources: z.array(z.string()).min(1),
  title: Text,
  why: Text,
  /** Words that a value stands for, where a language needs its own. */
  words: z.record(z.string(), Text).default({}),
  /** By the name a rule gives; `{value}` is filled in. */
  messages: z.record(z.string(), Text),
})
export type PolicyTexts = z.infer<typeof PolicyTexts>

/** What a rule says it found: data only. */
export const RuleFinding = z.strictObject({
  policy: z.string(),
  message: z.string(),
  severity: z.literal('warn').optional(),
  path: z.string().startsWith('/'),
  values: z.record(z.string(), z.unknown()).default({}),
  fix: z.array(PatchOperation).optional(),
})
export type RuleFinding = z.infer<typeof RuleFinding>

/** The policies, in the order they are shown. `policies/kade.rego` joins the same ones. */
export const policyIds = [
  'namespace-exists',
  'resource-bounds',
  'resource-shape',
  'restricted-container',
  'network-declared',
  'network-narrow',
  'cluster-untouched',
  'image-known',
  'data-protected',
  'metadata-own',
] as const

/** Reads the texts of all policies from a folder; throws where one is incomplete. */
export async function readPolicyTexts(folder: URL): Promise<ReadonlyMap<string, PolicyTexts>> {
  const entries = policyIds.map(async id => {
    const file = new URL(`${id}/texts.yaml`, folder)
    return [id, PolicyTexts.parse(parse(await readFile(file, 'utf8')))] as const
  })
  return new Map(await Promise.all(entries))
}

/** Gives a rule's finding its words. Throws when the policy or the message has none, which the caller turns into a denial. */
export function tell(found: RuleFinding, texts: ReadonlyMap<string, PolicyTexts>): Finding {
  const policy = texts.get(found.policy)
  const message = policy?.messages[found.message]
  if (!policy || !message) throw new Error(`No text for ${found.policy}/${found.message}`)
  const fill = (language: 'en' | 'nl') =>
    message[language].replace(/\{(\w+)\}/g, (_, name: string) =>
      word(found.values[name], policy, language),
    )
  return {
    policy: found.policy,
    severity: found.severity ?? policy.severity,
    title: policy.title,
    why: policy.why,
    message: { en: fill('en'), nl: fill('nl') },
    path: found.path,
    fix: found.fix ?? null,
    approver: policy.approver,
  }
}

const longestValue = 100

function word(value: unknown, policy: PolicyTexts, language: 'en' | 'nl'): string {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return '?'
  const known = policy.words[value]
  if (known) return known[language]
  return value.length > longestValue ? `${value.slice(0, longestValue)}…` : value
}
