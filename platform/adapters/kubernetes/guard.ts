import { deployerAccount, label } from '../../labels.ts'
import { prepared, preparerUser } from './identity-names.ts'

/** One guard policy: what it judges, and what it lets pass. */
export type Guard = {
  readonly name: string
  readonly match: Match
  /** Only requests for which this CEL expression is true are judged. */
  readonly when?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly rules: readonly { readonly allow: string; readonly otherwise: string }[]
}

export type Match = readonly {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[]
  readonly scope?: 'Namespaced' | 'Cluster'
}[]

export const quote = (text: string) => `'${text}'`
export const oneOf = (names: readonly string[]) => `[${names.map(quote).join(', ')}]`
export const labelOf = (object: string, name: string) =>
  `${object}.metadata.?labels[?${quote(name)}].orValue('')`
export const isPrepared = (namespace: string) =>
  `${labelOf(namespace, label.namespace)} == ${quote(prepared)}`
export const isPreparer = `request.userInfo.username == ${quote(preparerUser)}`
export const isDeployer = `request.userInfo.username.startsWith('system:serviceaccount:') && request.userInfo.username.endsWith(':${deployerAccount}')`
export const about = (resource: string) => `request.resource.resource == ${quote(resource)}`
export const removing = `request.operation == 'DELETE'`
