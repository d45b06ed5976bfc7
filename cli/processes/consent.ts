import { createInterface } from 'node:readline/promises'
import { hasIdentities } from '#platform/adapters/kubernetes/identities.ts'
import { previewJoin } from '#platform/adapters/kubernetes/join.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { admissionObjects } from '#platform/adapters/policy/admission.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'

/**
 * The first join of a cluster that is not Kade's own shows what it will create there, and wants a yes: by flag, or typed.
 * Throws `conflict` where nobody said yes.
 */
export async function consentToJoin(
  settings: Settings,
  admin: KubeApi,
  cluster: string,
  report: Report,
): Promise<void> {
  if (!settings.kubeconfig || (await hasIdentities(settings.home, cluster))) return
  const changes = (await previewJoin(admin, await admissionObjects())).filter(
    one => one.change !== 'none',
  )
  report.line(`Joining ${cluster} creates these objects there, and keeps no admin credential:`)
  for (const { change, kind, namespace, name } of changes)
    report.line(`  ${change.padEnd(6)} ${kind} ${namespace ? `${namespace}/` : ''}${name}`)
  if (settings.yes || (await typedYes(cluster))) return
  throw new PlatformError('conflict', `Nobody agreed to join ${cluster}.`, {
    next: 'Start again and answer yes, or give --yes.',
  })
}

async function typedYes(cluster: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^(y|yes|j|ja)$/i.test((await lines.question(`Join ${cluster}? [y/N] `)).trim())
  } finally {
    lines.close()
  }
}
