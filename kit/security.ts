import type { PodSecurityContext, SecurityContext } from './kubernetes/generated/core-v1.ts'

/** An opening of the restricted profile, which the app's page shows with its reason. */
export type Reason = { readonly because: string }
export type Relax = {
  readonly writableRootFilesystem?: Reason
  readonly serviceAccountToken?: Reason
  readonly runAsRoot?: Reason
  readonly capabilities?: Reason & { readonly add: readonly string[] }
}

/** User, group and volume group that the containers run as; one number means all three. */
export type RunAs =
  | number
  | { readonly user: number; readonly group: number; readonly volumeGroup?: number }

/** The pod's part of Pod Security `restricted` (Kubernetes, Pod Security Standards). */
export function podSecurity(runAs: RunAs, relax: Relax): PodSecurityContext {
  const { user, group, volumeGroup } =
    typeof runAs === 'number' ? { user: runAs, group: runAs, volumeGroup: runAs } : runAs
  return {
    runAsNonRoot: relax.runAsRoot === undefined,
    runAsUser: user,
    runAsGroup: group,
    fsGroup: volumeGroup ?? group,
    // A large volume is not walked file by file at every start.
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

/** The container's part of it, with a root file system that cannot be written. */
export function containerSecurity(relax: Relax): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: relax.writableRootFilesystem === undefined,
    capabilities: {
      drop: ['ALL'],
      ...(relax.capabilities && { add: relax.capabilities.add }),
    },
  }
}

export function relaxations(relax: Relax): readonly { what: string; because: string }[] {
  return Object.entries(relax).map(([what, { because }]) => ({ what, because }))
}
