import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The operating system user that PostgreSQL runs as when Kade itself runs as root: the server refuses root. */
export type ServerUser = { uid: number; gid: number }

const NAME = 'postgres'

/**
 * Undefined for an ordinary user, who runs the server as themselves. For root: the user `postgres`, made when the machine
 * has none, which is said through `say` before it is done.
 */
export async function serverUser(say: (line: string) => void): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const known = await lookUp()
  if (known) return known
  say(
    `PostgreSQL does not run as root: creating the system user "${NAME}" (useradd --system), once.`,
  )
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      NAME,
    ])
  } catch (cause) {
    throw new Error(
      `The system user "${NAME}" could not be created, and PostgreSQL refuses to run as root. Create it yourself, start Kade as an ordinary user, or set KADE_DATABASE_URL.`,
      { cause },
    )
  }
  const created = await lookUp()
  if (!created) throw new Error(`useradd ended well, yet /etc/passwd has no user "${NAME}".`)
  return created
}

async function lookUp(): Promise<ServerUser | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  const [, , uid, gid] = lines.find(line => line.startsWith(`${NAME}:`))?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

/** The first directory above `target` that `user` may not enter, or undefined when the way is open. */
export async function blockedParent(target: string, user: ServerUser): Promise<string | undefined> {
  const parents: string[] = []
  for (let at = path.dirname(path.resolve(target)); ; at = path.dirname(at)) {
    parents.unshift(at)
    if (at === path.dirname(at)) break
  }
  for (const parent of parents) {
    const { mode, uid, gid } = await stat(parent)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if (!(mode & bit)) return parent
  }
  return undefined
}
