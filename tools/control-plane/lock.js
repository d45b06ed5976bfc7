/**
 * One process at a time gets the binaries of a cache. The lock is a file that names its holder by process id and start
 * time; when no such process lives (it was killed, or the machine was started anew) the next one takes the lock over.
 *
 * Should two processes hold it after all, both fill directories of their own and one rename wins: time is lost, nothing else.
 */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Takes the lock, or answers undefined when a living process holds it. The answer gives it back. */
export async function takeLock(file) {
  await mkdir(path.dirname(file), { recursive: true })
  const mine = `${file}.${process.pid}`
  await writeFile(mine, JSON.stringify(await holderOf(process.pid)))
  try {
    if (!(await claim(mine, file)) && !(await takeOver(mine, file))) return undefined
    return () => rm(file, { force: true })
  } finally {
    await rm(mine, { force: true })
  }
}

/** A hard link fails when the name exists, so exactly one of several claims succeeds. */
async function claim(mine, file) {
  try {
    await link(mine, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

async function takeOver(mine, file) {
  const seen = await readFile(file, 'utf8').catch(() => undefined)
  if (seen === undefined) return claim(mine, file)
  if (await isAlive(seen)) return false
  const aside = `${mine}.stale`
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return claim(mine, file)
  // Between the look and the move another may have taken it over: then what was moved is theirs, and goes back.
  const taken = await readFile(aside, 'utf8')
  if (taken !== seen) await link(aside, file).catch(() => {})
  await rm(aside, { force: true })
  return taken === seen && claim(mine, file)
}

/** See lock.d.ts. */
export async function isAlive(text) {
  try {
    const holder = JSON.parse(text)
    const now = await holderOf(holder.pid)
    return now !== undefined && now.started === holder.started
  } catch {
    return false
  }
}

/** Process id and start time (in clock ticks since boot, field 22 of /proc/<pid>/stat); undefined when dead or a zombie. */
export async function holderOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The name in parentheses may hold spaces; what follows the last one does not. State is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : { pid, started: fields[19] }
}
