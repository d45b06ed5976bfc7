import type { Namespace } from '#api/clusters.ts'
import type { DeploymentInput } from '#api/deployments.ts'
import { PlatformError } from '#platform/errors.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import type { Draft } from './draft.ts'

const unbuilt = ['purpose'] as const

/** Fields the contract promises and Kade does not honour yet are refused, because ignoring them would be a lie. */
export function refuseUnbuilt(input: DeploymentInput): void {
  const found = unbuilt.filter(field => input[field] !== undefined)
  if (found.length > 0)
    throw new PlatformError(
      'not-yet-supported',
      {
        en: `Kade does not honour ${found.join(', ')} yet.`,
        nl: `Kade kan nog niets met ${found.join(', ')}.`,
      },
      {
        violations: found.map(field => ({
          pointer: `/${field}`,
          detail: { en: 'is not supported yet', nl: 'wordt nog niet ondersteund' },
        })),
        next: {
          en: 'Leave it out.',
          nl: 'Laat het weg.',
        },
      },
    )
}

/** Throws what stands in the way of a draft: an unknown namespace, faulty input, no place to run, or a policy that denies. */
export function refuseDraft(
  draft: Pick<Draft, 'findings' | 'violations'> & Partial<Pick<Draft, 'placed'>>,
  name: string,
  namespace: Namespace | null,
): void {
  const findings = [...draft.findings]
  if (!namespace)
    throw new PlatformError(
      'namespace-unknown',
      {
        en: `There is no namespace ${name} that you may deploy into.`,
        nl: `Er is geen namespace ${name} waarin je mag uitrollen.`,
      },
      {
        violations: [{ pointer: '/namespace', detail: isUnknown }],
        findings,
        next: {
          en: `Create it (kade namespaces create ${name}), or choose one of yours.`,
          nl: `Maak hem aan (kade namespaces create ${name}), of kies een van je eigen namespaces.`,
        },
      },
    )
  if (draft.violations.length > 0)
    throw new PlatformError(
      'settings-invalid',
      {
        en: 'Some values cannot be used.',
        nl: 'Sommige waarden kunnen niet worden gebruikt.',
      },
      {
        violations: [...draft.violations],
        findings,
        next: {
          en: 'Correct the values that are named. Nothing was changed.',
          nl: 'Verbeter de genoemde waarden. Er is niets gewijzigd.',
        },
      },
    )
  const denied = findings.filter(finding => finding.severity === 'deny')
  if (denied.length > 0)
    throw new PlatformError(
      'policy-denied',
      {
        en: `${denied.length} policy finding${denied.length > 1 ? 's' : ''} must be mended first.`,
        nl:
          denied.length > 1
            ? `Er moeten eerst ${denied.length} bevindingen worden opgelost.`
            : 'Er moet eerst een bevinding worden opgelost.',
      },
      {
        findings,
        violations: [...(draft.placed?.refusal?.details.violations ?? [])],
        next: {
          en: 'Apply the fixes that are shown, or ask the approver that is named for an exception.',
          nl: 'Pas de getoonde oplossingen toe, of vraag de genoemde beoordelaar om een uitzondering.',
        },
      },
    )
  // After the findings, since a fix of theirs may be what gives it room.
  if (draft.placed?.refusal) throw draft.placed.refusal
}
