import { z } from 'zod'
import { Binding, Deployment, DeploymentInput } from './deployments.ts'
import { Finding } from './findings.ts'
import { Environment, inBoth, Name } from './names.ts'
import { OperationOfDeployment } from './operations.ts'
import { Violation } from './problem.ts'

/**
 * What answers a need of a member: another member by its name, a deployment outside (`namespace/name`), an address, or null
 * to leave an optional need unbound. What exactly one other member offers is bound by itself.
 */
const MemberBinding = z.union([Name, ...Binding.options, z.null()])

/** One app of a composition, as it would be asked for alone; its namespace and cluster are the composition's. */
export const CompositionMember = DeploymentInput.omit({
  bindings: true,
  cluster: true,
  preview: true,
  placement: true,
  purpose: true,
  dataClass: true,
  reason: true,
}).extend({
  name: Name,
  app: Name,
  bindings: z.record(z.string(), MemberBinding).optional(),
})
export type CompositionMember = z.infer<typeof CompositionMember>

const wish = {
  members: z
    .array(CompositionMember)
    .min(1, inBoth('at least one member', 'minstens één lid'))
    .max(50, inBoth('at most 50 members', 'hoogstens 50 leden')),
  /** Where new members go; by default where the others are. */
  cluster: Name.optional(),
  /** Why, in the requester's words; kept in every revision. */
  reason: z.string().max(500).optional(),
}

/** All members: one that is left out is deleted, after the others, when nobody uses it. */
export const CompositionInput = z.strictObject(wish)
export type CompositionInput = z.infer<typeof CompositionInput>

export const CreateComposition = z.strictObject({ namespace: Name, name: Name, ...wish })
export type CreateComposition = z.infer<typeof CreateComposition>

/** What was asked of the members, in the order in which it will be done. */
export const CompositionOperations = z.object({
  namespace: z.string(),
  name: z.string(),
  operations: z.array(OperationOfDeployment),
})
export type CompositionOperations = z.infer<typeof CompositionOperations>

/** Everything that is known of a composition before it is asked for. */
export const CompositionPreview = z.object({
  allowed: z.boolean(),
  /** In the order in which they would be deployed; those to be deleted last. */
  members: z.array(
    z.object({
      name: z.string(),
      app: z.string(),
      change: z.enum(['create', 'update', 'unchanged', 'delete']),
      /** The members it waits for. */
      uses: z.array(z.string()),
    }),
  ),
  /** Pointers lead into the request body: `/members/2/settings/language`. */
  violations: z.array(Violation),
  findings: z.array(Finding),
})
export type CompositionPreview = z.infer<typeof CompositionPreview>

export const CompositionSummary = z.object({
  namespace: z.string(),
  name: z.string(),
  team: z.string(),
  environment: Environment,
  /** How many it has. */
  size: z.int(),
})
export type CompositionSummary = z.infer<typeof CompositionSummary>

/** Deployments that belong together, providers before their consumers. */
export const Composition = CompositionSummary.extend({
  /** `failed` where the last operation of a member did not succeed; else `changing` while one is open. */
  state: z.enum(['ready', 'changing', 'failed', 'degraded']),
  members: z.array(
    z.object({
      /** The other members it is bound to. */
      uses: z.array(z.string()),
      deployment: Deployment,
    }),
  ),
})
export type Composition = z.infer<typeof Composition>
