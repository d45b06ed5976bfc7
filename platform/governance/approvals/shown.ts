import type { Shown } from '#api/approvals.ts'
import type { CreateDeployment } from '#api/deployments.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { readBlob } from '#platform/deployments/blobs.ts'

/** A request body as others may read it: of secrets their names, of the keys of addresses nothing. */
export function withoutSecrets(input: CreateDeployment): Record<string, unknown> {
  const { secrets, bindings, preview: _preview, reason: _reason, ...plain } = input
  const bound = Object.entries(bindings ?? {}).map(([need, to]) => [
    need,
    typeof to === 'string' ? to : { url: to.url },
  ])
  return {
    ...plain,
    ...(secrets ? { secrets: Object.keys(secrets).sort() } : {}),
    ...(bindings ? { bindings: Object.fromEntries(bound) } : {}),
  }
}

/** What was shown, by its digest. Rejects where its bytes are others by now. */
export async function readShown(sql: Sql, digest: string): Promise<Shown> {
  // The blob was written from `Shown` and is checked against its digest when it is read.
  return (await readBlob(sql, digest)) as Shown
}
