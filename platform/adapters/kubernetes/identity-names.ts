import { deployerAccount, systemNamespace } from '../../labels.ts'

/** Kade's own accounts in a cluster, in `kade-system`. What each may do stands in roles.ts. */
export const identityNames = ['worker', 'preparer', 'observer'] as const
export type IdentityName = (typeof identityNames)[number]

export function accountOf(identity: IdentityName): string {
  return `kade-${identity}`
}

/** The name the API server knows an account by. */
export function userName(namespace: string, account: string): string {
  return `system:serviceaccount:${namespace}:${account}`
}

export const preparerUser = userName(systemNamespace, accountOf('preparer'))

export function deployerUser(namespace: string): string {
  return userName(namespace, deployerAccount)
}

export const tenantRole = 'kade:tenant'
export const impersonateRole = 'kade:impersonate-deployer'

/** Value of the label `kade.dev/namespace` on a prepared namespace. */
export const prepared = 'true'

/** Pod Security of every prepared namespace; the version is pinned, so that an upgraded cluster does not change the rules unseen. */
export const podSecurity: Readonly<Record<string, string>> = Object.fromEntries(
  ['enforce', 'audit', 'warn'].flatMap(mode => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, 'v1.36'],
  ]),
)

/** The policy that closes a namespace; every other network rule only opens what an app declares. */
export const defaultDenyPolicy = 'kade-default-deny'
