/**
 * Where the control plane binaries are kept: `<cache>/control-plane/<releases>/bin/`, beside `complete.json`.
 *
 * A set is made in a directory of its own and renamed into place as a whole, and it counts only when every file named in
 * `complete.json` is there in the size it had: half a build is never taken for a whole one.
 */
import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'

/** Releases that belong together; the same as in go.mod. */
export const versions = {
  kubernetes: 'v1.36.3',
  etcd: 'v3.6.10',
  kwok: 'v0.8.0',
  metricsServer: 'v0.9.0',
}

/** Every release in it, so that another set is made beside the one that may be running. */
export const setName = Object.values(versions).join('_')

export const binaryNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
  'kwokctl',
  'metrics-server',
]

/** `$KADE_CACHE`, else `$XDG_CACHE_HOME/kade`, else `~/.cache/kade`. */
export function cacheDirectory(env = process.env) {
  if (env.KADE_CACHE) return path.resolve(env.KADE_CACHE)
  const base = env.XDG_CACHE_HOME || path.join(env.HOME || homedir(), '.cache')
  return path.join(base, 'kade')
}

/** The directory of this version's set; `bin/` is in it. */
export function setDirectory(env = process.env) {
  return path.join(cacheDirectory(env), 'control-plane', setName)
}

/** The `bin` directory of a complete set, or undefined. */
export async function cachedBinaries(env = process.env) {
  const set = setDirectory(env)
  return (await isComplete(set)) ? path.join(set, 'bin') : undefined
}

async function isComplete(set) {
  try {
    const { files } = JSON.parse(await readFile(path.join(set, 'complete.json'), 'utf8'))
    for (const name of binaryNames) {
      const file = path.join(set, 'bin', name)
      await access(file, constants.X_OK)
      if ((await stat(file)).size !== files[name]) return false
    }
    return true
  } catch {
    return false
  }
}

/** Declares the set in `directory` complete; rejects when a binary is missing. `how` says where it came from. */
export async function markComplete(directory, how) {
  const files = {}
  for (const name of binaryNames) {
    const file = path.join(directory, 'bin', name)
    await access(file, constants.X_OK)
    files[name] = (await stat(file)).size
  }
  const text = JSON.stringify({ versions, how, files }, null, 2)
  await writeFile(path.join(directory, 'complete.json'), `${text}\n`)
}

/** A fresh directory beside the set, for filling. */
export async function directoryBeside(env = process.env) {
  const beside = `${setDirectory(env)}.${process.pid}`
  await rm(beside, { recursive: true, force: true })
  await mkdir(path.join(beside, 'bin'), { recursive: true })
  return beside
}

/** Moves a filled directory into the set's place, unless a complete set stands there by now. Answers its `bin`. */
export async function moveIntoPlace(beside, env = process.env) {
  const set = setDirectory(env)
  if (!(await isComplete(set))) {
    await rm(set, { recursive: true, force: true })
    await rename(beside, set).catch(async error => {
      if (!(await isComplete(set))) throw error
    })
  }
  await rm(beside, { recursive: true, force: true })
  return path.join(set, 'bin')
}
