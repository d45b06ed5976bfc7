import type { Text } from '#api/names.ts'
import type { Ask, Cause } from '#api/operations.ts'

/**
 * A step that trying again will not mend: the operation fails with this cause, and the reader gets the next step. With
 * `asks` it could go on, if somebody consented to exactly these items.
 */
export class DeployFailure extends Error {
  override name = 'DeployFailure'
  readonly reason: Cause
  readonly next: Text
  readonly asks: readonly Ask[]
  constructor(
    reason: Cause,
    next: Text,
    { asks = [], ...options }: { cause?: unknown; asks?: readonly Ask[] } = {},
  ) {
    super(reason.message.en, options)
    this.reason = reason
    this.next = next
    this.asks = asks
  }
}
