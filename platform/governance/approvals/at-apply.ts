import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { type DeploymentState, wanted } from '#platform/deployments/deployment.ts'
import type { PolicyQuestion } from '../policy-input.ts'
import { digestOfContent, factsOf } from './content.ts'
import { change } from './stream.ts'

const changed = {
  en: 'What was about to be applied is not what was approved: the app, its place or the policies are others by now. Ask for a new one.',
  nl: 'Wat zou worden toegepast is niet wat is goedgekeurd: de app, de plek of het beleid is intussen anders. Vraag een nieuwe aan.',
}

/**
 * The policies to which an exception holds for the revision that is about to be applied; null where it was let through without any. An
 * exception that is for something else by now is voided, and holds no more.
 */
export async function exceptedNow(
  context: Pick<PlatformContext, 'clock' | 'policy'>,
  sql: Sql,
  deployment: string,
  state: DeploymentState,
  question: PolicyQuestion,
): Promise<{ readonly policies: readonly string[]; readonly bundle: string } | null> {
  const { identity, operation } = state
  const revision = wanted(state)
  if (!identity || !revision || !operation?.approvals) return null
  const given = await sql.query<{ id: string; policy: string; content: string }>(
    `select id, policy, content from kade.approval where id = any($1) and target = $2 and state = 'given' and until > $3 order by id`,
    [[...operation.approvals], deployment, context.clock()],
  )
  const { bundle } = context.policy
  // The blob was written from KubernetesObject[].
  const objects = (await readBlob(sql, revision.objects)) as KubernetesObject[]
  const of = {
    ...{ bundle, facts: factsOf(question), deployment, objects, app: identity.app },
    clusters: operation.clusters,
    ...{ namespace: identity.namespace, name: identity.name, environment: identity.environment },
    replicas: operation.replicas,
  }
  const policies: string[] = []
  for (const { id, policy, content } of given) {
    const now = digestOfContent({ ...of, policy })
    if (now === content) policies.push(policy)
    else await change(context, sql, id, { type: 'hold', content: now, why: changed })
  }
  return { policies, bundle }
}
