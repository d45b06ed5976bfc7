import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'

/** A step that trying again will not mend: the operation fails with this cause, and the reader gets the next step. */
export class DeployFailure extends Error {
  override name = 'DeployFailure'
  readonly reason: Cause
  readonly next: Text
  constructor(reason: Cause, next: Text, options?: { cause?: unknown }) {
    super(reason.message.en, options)
    this.reason = reason
    this.next = next
  }
}
