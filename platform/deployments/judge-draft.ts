import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { factsOf } from '#platform/governance/approvals/content.ts'
import { withExceptions } from '#platform/governance/approvals/exceptions.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import type { Draft } from './draft.ts'
import type { Placed } from './placing.ts'
import { type Judged, questionFor } from './question.ts'

/** What the policies say of a draft, and the exceptions that were given for exactly this. */
export async function judgeDraft(
  context: PlatformContext,
  sql: Sql,
  judged: Judged & { readonly deployment: string },
  placed: Placed,
): Promise<Pick<Draft, 'findings' | 'excepting' | 'exceptions'>> {
  const { app, target, namespace, deployment, objects } = judged
  const question = questionFor(judged)
  const excepting = {
    ...{ bundle: context.policy.bundle, facts: factsOf(question), app: app.id },
    ...{ deployment, objects },
    ...{ namespace: target.namespace, name: target.name },
    environment: namespace?.environment ?? '',
    clusters: placed.clusters,
    replicas: placed.replicas,
  }
  const findings = context.policy.evaluate(policyInput(question))
  return { excepting, ...(await withExceptions(context, sql, excepting, findings)) }
}
