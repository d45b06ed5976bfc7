import type { Namespace } from '#api/clusters.ts'
import type { QuotaLimits, QuotaScope, QuotaUse } from '#api/quotas.ts'
import { amountsOf } from '#platform/federation/amounts.ts'
import type { Taken } from './taken.ts'

/** Limits over what is taken in one scope. */
export type Limited = {
  readonly scope: QuotaScope
  readonly name: string
  readonly limits: QuotaLimits
}

export type Usage = Taken & { readonly deployments: number }

/** What a change adds to what is taken by others, and what it stands for by now (nothing where it is new). */
export type Step = { readonly before: Usage; readonly after: Usage }

/** The limits of a namespace, as a quota has them. */
export function boundsOf({ name, bounds }: Pick<Namespace, 'name' | 'bounds'>): Limited {
  return { scope: 'namespace', name, limits: bounds }
}

/** Each limit with what is taken of it; `others` is what everything but the change takes. */
export function usesOf({ scope, name, limits }: Limited, others: Usage, step?: Step): QuotaUse[] {
  return Object.entries(numbersOf(limits)).map(([resource, limit]) => ({
    scope,
    name,
    resource,
    limit,
    used: amountIn(others, resource) + (step ? amountIn(step.before, resource) : 0),
    ...(step ? { after: amountIn(others, resource) + amountIn(step.after, resource) } : {}),
  }))
}

/** The limits that a change breaks: those it takes more of than before, and more than there is. */
export function broken(uses: readonly QuotaUse[]): QuotaUse[] {
  return uses.filter(({ limit, used, after = used }) => after > limit && after > used)
}

function numbersOf({
  cpu,
  memory,
  storage,
  deployments,
  devices,
}: QuotaLimits): Record<string, number> {
  const millis = cpu === undefined ? {} : { cpu: amountsOf({ cpu }, Math.floor).cpu }
  const bytes = (quantity: string) => amountsOf({ memory: quantity }, Math.floor).memory
  return {
    ...millis,
    ...(memory === undefined ? {} : { memory: bytes(memory) }),
    ...(storage === undefined ? {} : { storage: bytes(storage) }),
    ...(deployments === undefined ? {} : { deployments }),
    ...devices,
  }
}

function amountIn(usage: Usage, resource: string): number {
  if (
    resource === 'cpu' ||
    resource === 'memory' ||
    resource === 'storage' ||
    resource === 'deployments'
  )
    return usage[resource]
  return Object.hasOwn(usage.devices, resource) ? (usage.devices[resource] ?? 0) : 0
}
