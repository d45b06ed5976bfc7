import { setTimeout as pause } from 'node:timers/promises'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { annotation, deployerAccount, label, systemNamespace } from '../../labels.ts'
import { guardMark, guardNames } from './guards.ts'
import { deployerUser, prepared, preparerUser } from './identity-names.ts'
import { type KubeApi, KubeError } from './kube-api.ts'

/**
 * An admission policy takes a moment to come into force, and nothing in its status says when. So each is tried: an attempt
 * that it must refuse, as a dry run. The admin plays the identity with the rights of an administrator, so that RBAC lets the
 * attempt through to admission before the identity itself has been given anything.
 */
const powerful = ['system:masters']
const deadlineMs = 60_000
/** Behind a load balancer stand several API servers, each with its own view of the policies. */
const refusalsInARow = 3

const fenceProbe = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'kade-guard-probe',
    namespace: systemNamespace,
    annotations: { [annotation.revision]: '2' },
  },
} as const

/** What the probes need to exist. */
export const probeObjects: readonly KubernetesObject[] = [fenceProbe]

type Probe = { readonly guard: string; readonly as: string; readonly object: KubernetesObject }

const inSystem = (name: string, annotations?: Record<string, string>) => ({
  name,
  namespace: systemNamespace,
  ...(annotations !== undefined && { annotations }),
})

const probes: readonly Probe[] = [
  {
    guard: guardNames.preparerNamespaces,
    as: preparerUser,
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default', labels: { [label.namespace]: prepared } },
    },
  },
  {
    guard: guardNames.preparerObjects,
    as: preparerUser,
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inSystem('kade-probe') },
  },
  {
    guard: guardNames.noDeployerPods,
    as: 'kade-probe',
    object: {
      apiVersion: 'v1',
      kind: 'PodTemplate',
      metadata: inSystem('kade-probe'),
      template: {
        spec: { serviceAccountName: deployerAccount, containers: [{ name: 'a', image: 'a' }] },
      },
    },
  },
  {
    guard: guardNames.noDeployerTokens,
    as: 'kade-probe',
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: inSystem('kade-probe', { 'kubernetes.io/service-account.name': deployerAccount }),
    },
  },
  {
    guard: guardNames.deployerLimits,
    as: deployerUser(systemNamespace),
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inSystem(deployerAccount) },
  },
  {
    guard: guardNames.revisionFence,
    as: deployerUser(systemNamespace),
    object: {
      ...fenceProbe,
      metadata: { ...fenceProbe.metadata, annotations: { [annotation.revision]: '1' } },
    },
  },
  {
    guard: guardNames.ownerFence,
    as: deployerUser(systemNamespace),
    object: {
      ...fenceProbe,
      metadata: { ...fenceProbe.metadata, labels: { [label.deployment]: 'kade-probe' } },
    },
  },
]

/** Returns when every guard refuses what it must. Throws after a minute, naming the guard that does not. */
export async function waitForGuards(admin: KubeApi): Promise<void> {
  const end = Date.now() + deadlineMs
  for (const probe of probes) {
    let refused = 0
    let last = 'the attempt was allowed'
    while (refused < refusalsInARow) {
      if (Date.now() > end) {
        throw new Error(
          `Guard policy ${probe.guard} is not in force after ${deadlineMs / 1000} s: ${last}.`,
        )
      }
      const answer = await attempt(admin, probe)
      if (answer === null) {
        refused += 1
        continue
      }
      refused = 0
      last = answer
      await pause(100)
    }
  }
}

/** Null when the guard refused; else what happened instead. */
async function attempt(admin: KubeApi, { as, object, guard }: Probe): Promise<string | null> {
  try {
    await admin.as(as, powerful).apply(object, { dryRun: true, force: true })
    return 'the attempt was allowed'
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    const ours = error.message.includes(guard) && error.message.includes(guardMark)
    return ours ? null : error.message
  }
}
