import { z } from 'zod'
import { Text, Time } from './names.ts'
import { Violation } from './problem.ts'
import { SecretKind } from './secrets.ts'

/** An answer to one transparency criterion, with where it was read and how sure one may be. */
export const Criterion = z.object({
  id: z.string(),
  answer: z.enum(['yes', 'partly', 'no', 'unknown', 'not-applicable']),
  value: z.string().optional(),
  explanation: Text,
  /** `sha256` is of the document as it was on `checkedAt`; `file` is the name of its copy beside the passport, which is checked. */
  evidence: z.array(
    z.object({
      title: z.string(),
      url: z.string(),
      sha256: z.string().optional(),
      checkedAt: z.string().optional(),
      file: z.string().optional(),
    }),
  ),
  /** `none`, `judged` (by the catalogue's editors), `self-declared`, `source-read` (in the project's own material), `evidenced`, `ran`. */
  assurance: z.string(),
  checkedAt: z.string(),
  expiresAt: z.string().optional(),
})
export type Criterion = z.infer<typeof Criterion>

/** An app's answers to the transparency criteria. */
export const Passport = z.object({
  licence: z.object({
    spdx: z.string(),
    openSource: z.enum(['yes', 'partly', 'no']),
    summary: Text,
  }),
  maker: z.object({ name: z.string(), kind: z.string() }),
  links: z.record(z.string(), z.string()),
  /** How far one version of the app was tried on which Kubernetes; absent while nobody has. */
  tested: z
    .object({
      level: z.enum(['rendered', 'admitted', 'ran']),
      version: z.string(),
      kubernetes: z.string(),
      at: z.string(),
    })
    .optional(),
  criteria: z.array(Criterion),
})
export type Passport = z.infer<typeof Passport>

/** Whose doing it is that an app from outside stands on the shelf. */
export const Added = z.object({
  /** Account. */
  by: z.string(),
  at: Time,
  /** Of its module's code, which is its identity: the same code has the same digest. */
  digest: z.string(),
})

/** An app from outside that was added under earlier rules and breaks those of today. What was deployed of it goes on. */
export const UnusableApp = z.object({
  id: z.string(),
  added: Added,
  reason: Text,
  /** What is wrong with it, as a refusal of the same app would say today. */
  violations: z.array(Violation),
  next: Text,
})
export type UnusableApp = z.infer<typeof UnusableApp>

export const AppSummary = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  category: z.string(),
  description: Text,
  licence: z.string(),
  openSource: z.enum(['yes', 'partly', 'no']),
  aiRisk: z.string(),
  selfHostable: z.enum(['yes', 'partly', 'no', 'unknown']),
  dpia: z.enum(['yes', 'partly', 'no', 'unknown', 'not-applicable']),
  accessibility: z.enum(['yes', 'partly', 'no', 'unknown', 'not-applicable']),
  /** SVG as a `data:` address. */
  icon: z.string(),
  needs: z.array(z.object({ name: z.string(), capability: z.string(), optional: z.boolean() })),
  provides: z.array(z.string()),
  /** Whether it runs on a GPU: never, if its settings say so, or always. */
  gpu: z.enum(['none', 'optional', 'required']),
  /** The level of the Pod Security Standards that its pods meet, whatever its settings. */
  podSecurity: z.enum(['restricted', 'baseline', 'privileged']),
  /** Present where somebody brought it from outside: its module is evaluated in a sandbox. */
  added: Added.optional(),
})
export type AppSummary = z.infer<typeof AppSummary>

export const AppSecret = z.object({
  name: z.string(),
  kind: SecretKind,
  optional: z.boolean(),
  title: Text,
  description: Text.optional(),
  /** Present where the value is meant for a person, who may have it shown. */
  revealed: z.object({ purpose: Text }).optional(),
})

/** What Kade found out about an app, and what was tried with it, beside the answers of its passport. */
export const Check = z.object({
  id: z.enum(['licence', 'pod-security', 'probes', 'egress', 'images', 'tested', 'assessments']),
  answer: z.enum(['yes', 'partly', 'no', 'unknown']),
  /** In the check's own words: an SPDX expression, `restricted`, `none`. */
  value: z.string(),
  explanation: Text,
})
export type Check = z.infer<typeof Check>

export const App = AppSummary.extend({
  /** JSON Schema (draft 2020-12) of `settings`; each property has `title` and `description` in `x-nl` as well. */
  settingsSchema: z.record(z.string(), z.unknown()),
  secrets: z.array(AppSecret),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ cpu: z.string().optional(), memory: z.string() }),
  }),
  /** How many replicas it may have; an app with a volume of its own has one. */
  maxReplicas: z.int(),
  exposes: z.boolean(),
  storage: z.array(z.object({ name: z.string(), size: z.string(), mount: z.string() })),
  relaxations: z.array(z.object({ what: z.string(), because: z.string() })),
  passport: Passport,
  /** Criteria whose answer is past its last day. */
  expired: z.array(z.string()),
  /** Criteria that nobody has answered; they count as unknown. */
  unanswered: z.array(z.string()),
  checks: z.array(Check),
  readme: z.string(),
})
export type App = z.infer<typeof App>

/** An app from outside: its module as one text of JavaScript that needs nothing, and what lies beside it. */
export const AddApp = z.strictObject({
  /** A script that sets `kadeModule` to the exports of the module; `kade apps add` makes it. */
  bundle: z.string().min(1).max(1_500_000),
  /** The passport, as `passport.yaml` has it. */
  passport: z.record(z.string(), z.unknown()),
  /** Markdown. */
  readme: z.string().max(65_536),
  /** SVG. */
  icon: z.string().startsWith('<svg ').max(65_536),
})
export type AddApp = z.infer<typeof AddApp>
