import type { Network } from './app.ts'

/** A way out of the cluster with its reason; `when` closes it for settings that have no use for it. */
export type EgressDefinition<S> = {
  readonly to: 'internet-https'
  readonly because: string
  readonly when?: (settings: S) => boolean
}

/** All ways out that an app may have, whatever its settings: what its page shows and the policies judge. */
export function declaredEgress<S>(definitions: readonly EgressDefinition<S>[]): Network['egress'] {
  return definitions.map(({ to, because, when }) => ({
    to,
    because,
    ...(when && { bySetting: true as const }),
  }))
}

/** The ways out that are open with these settings: what the network lets through. */
export function openEgress<S>(
  definitions: readonly EgressDefinition<S>[],
  settings: S,
): Network['egress'] {
  return declaredEgress(definitions.filter(({ when }) => when?.(settings) ?? true))
}
