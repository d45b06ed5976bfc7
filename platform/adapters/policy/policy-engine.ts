import type { Finding } from '#api/findings.ts'
import type { PolicyInput } from '#platform/governance/policy-input.ts'

/** Judges configurations. One engine is loaded per process and kept. */
export type PolicyEngine = {
  /** Digest of the policies, so that a consent can say by which of them something was judged. */
  readonly bundle: string
  /**
   * What the policies say, in canonical order (policy, path, message). Never throws: whatever goes wrong is a finding
   * `policy-error` that denies, because a configuration that was not judged must not pass.
   */
  evaluate(input: PolicyInput): readonly Finding[]
  close(): Promise<void>
}

/** True when nothing forbids the deployment; warnings pass. */
export function allows(findings: readonly Finding[]): boolean {
  return findings.every(finding => finding.severity !== 'deny')
}
