import type { Compliance } from '#api/compliance.ts'
import type { Deployment } from '#api/deployments.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { allows } from '#platform/adapters/policy/policy-engine.ts'
import { findApp, type PlatformContext } from '#platform/context.ts'
import { readBlob } from '#platform/deployments/blobs.ts'
import { wanted } from '#platform/deployments/deployment.ts'
import { listDeployments } from '#platform/deployments/queries.ts'
import { load } from '#platform/deployments/stream.ts'
import { findNamespace } from '#platform/federation/namespaces.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import type { Actor } from '#platform/platform.ts'
import { question } from './orders.ts'

type Query = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly namespace?: string | undefined
  readonly policy?: string | undefined
}

/**
 * What the policies of now say of deployments as they are: a new policy, an environment that became narrower and an answer of a passport
 * that expired show here, and what runs goes on. Judged as they are read, so it is never older than the question.
 */
export async function listCompliance(
  context: PlatformContext,
  actor: Actor,
  { policy, ...query }: Query,
): Promise<{ items: Compliance[]; next: string | null }> {
  const { items, next } = await listDeployments(context.database, actor, { ...query, sort: 'name' })
  const judged: Compliance[] = []
  // One after the other: a page of them must not take every connection.
  for (const deployment of items) {
    const one = await judgeAgain(context, deployment)
    if (policy === undefined || one.findings?.some(each => each.policy === policy)) judged.push(one)
  }
  return { items: judged, next }
}

async function judgeAgain(context: PlatformContext, deployment: Deployment): Promise<Compliance> {
  const { namespace, name, app, environment, revision } = deployment
  const findings = await findingsOf(context, deployment)
  const allowed = findings !== null && allows(findings)
  return { namespace, name, app, environment, revision, allowed, findings }
}

async function findingsOf(context: PlatformContext, { id, app, namespace }: Deployment) {
  const { database: sql, policy } = context
  const { state } = await load(sql, id)
  const revision = wanted(state)
  const team = state.identity?.team ?? ''
  const home = await findNamespace(sql, { teams: [team] }, namespace)
  if (!revision || !(await findApp(context, app, sql))) return null
  // The blob was written from KubernetesObject[] and is checked against its digest when it is read.
  const objects = (await readBlob(sql, revision.objects)) as KubernetesObject[]
  return [...policy.evaluate(policyInput(await question(context, sql, state, objects, home)))]
}
