import type { Namespace } from '#api/clusters.ts'
import type { DeploymentInput } from '#api/deployments.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import type { Draft } from './draft.ts'

const unbuilt = ['placement', 'purpose', 'dataClass'] as const

/** Fields the contract promises and Kade does not honour yet are refused, because ignoring them would be a lie. */
export function refuseUnbuilt(input: DeploymentInput): void {
  const found = unbuilt.filter(field => input[field] !== undefined)
  if (found.length > 0)
    throw new PlatformError('not-yet-supported', `Kade does not honour ${found.join(', ')} yet.`, {
      violations: found.map(field => ({
        pointer: `/${field}`,
        detail: { en: 'is not supported yet', nl: 'wordt nog niet ondersteund' },
      })),
      next: 'Leave it out. To choose where it runs, use "cluster".',
    })
}

/** Throws what stands in the way of a draft: an unknown namespace, faulty input, or a policy that denies. */
export function refuseDraft(draft: Draft, name: string, namespace: Namespace | null): void {
  const findings = [...draft.findings]
  if (!namespace)
    throw new PlatformError(
      'namespace-unknown',
      `There is no namespace ${name} that you may deploy into.`,
      {
        violations: [{ pointer: '/namespace', detail: isUnknown }],
        findings,
        next: `Create it (kade namespaces create ${name}), or choose one of yours.`,
      },
    )
  if (draft.violations.length > 0)
    throw new PlatformError('settings-invalid', 'Some values cannot be used.', {
      violations: [...draft.violations],
      findings,
      next: 'Correct the values that are named. Nothing was changed.',
    })
  const denied = findings.filter(finding => finding.severity === 'deny')
  if (denied.length > 0)
    throw new PlatformError(
      'policy-denied',
      `${denied.length} policy finding${denied.length > 1 ? 's' : ''} must be mended first.`,
      {
        findings,
        next: 'Apply the fixes that are shown, or ask the approver that is named for an exception.',
      },
    )
}
