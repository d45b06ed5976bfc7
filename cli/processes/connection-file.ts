import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '#platform/adapters/database/database.ts'
import { createToken, endSession } from '#platform/governance/sessions.ts'

/**
 * Writes `connection.json`, by which programs of this home find the door and are let in. Its token ends with the file: at
 * `close`, or when the next door of this home finds that the one before was killed. Doors of other homes keep theirs.
 */
export async function openConnectionFile(
  home: string,
  database: Database,
  { account, url }: { account: string; url: string },
): Promise<{ close(): Promise<void> }> {
  const file = join(home, 'connection.json')
  const left = await tokenIn(file)
  if (left !== undefined) await endSession(database, left)
  const token = await createToken(database, account, 'token')
  const beside = `${file}.${process.pid}.new`
  await rm(beside, { force: true })
  await writeFile(beside, `${JSON.stringify({ url, token })}\n`, { mode: 0o600 })
  // A rename shows the file only when it is whole.
  await rename(beside, file)
  return {
    async close() {
      // Another door of this home may have written its own since.
      if ((await tokenIn(file)) === token) await rm(file, { force: true })
      await endSession(database, token)
    },
  }
}

async function tokenIn(file: string): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof content !== 'object' || content === null || !('token' in content)) return undefined
    return typeof content.token === 'string' ? content.token : undefined
  } catch {
    // Not there, or not as Kade writes it: there is nothing to end.
    return undefined
  }
}
