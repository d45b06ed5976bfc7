import { join } from 'node:path'
import { PlatformError } from '#platform/errors.ts'
import { takeLock } from '#tools/control-plane/lock.js'

/** Two Kades on one home would fight over its database. Throws `conflict` when one runs. */
export async function onlyOne(home: string): Promise<() => Promise<void>> {
  const release = await takeLock(join(home, 'kade.lock'))
  if (release) return release
  throw new PlatformError('conflict', `Kade is already running on ${home}.`, {
    next: 'Use the one that runs, stop it, or give this one a home of its own (KADE_HOME).',
  })
}
