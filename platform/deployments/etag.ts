import { PlatformError } from '#platform/errors.ts'
import { type DeploymentState, wanted } from './deployment.ts'

/** The state a caller saw: its newest revision and operation. */
export function etagOf(revision: number, operation: string): string {
  return `"${revision}-${operation.slice(0, 8)}"`
}

/**
 * Throws `stale` where the caller holds on to another revision than the newest, or to another operation: a delete makes no
 * revision, and who has not seen it must not undo it.
 */
export function holdTo(ifMatch: string | undefined, state: DeploymentState): void {
  if (ifMatch === undefined || ifMatch === '*') return
  const newest = wanted(state)?.number ?? 0
  const [, revision, operation = '?'] = /^"?(\d+)-([0-9a-f]{8})"?$/.exec(ifMatch) ?? []
  const same = state.lastOperation?.startsWith(operation) ?? false
  if (revision !== undefined && Number(revision) === newest && same) return
  throw new PlatformError(
    'stale',
    {
      en: `Somebody changed it since you looked: it is at revision ${newest} now.`,
      nl: `Iemand heeft het gewijzigd sinds je keek: het is nu bij revisie ${newest}.`,
    },
    {
      next: {
        en: 'Read it again, look at what changed, then repeat your change.',
        nl: 'Lees het opnieuw, bekijk wat er veranderde en doe je wijziging dan nog eens.',
      },
    },
  )
}
