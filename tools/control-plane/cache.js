/**
 * Where built programs are kept: a set of them in `<cache>/<set>/<releases>/bin/`, beside `complete.json`.
 *
 * A set is made in a directory of its own and renamed into place as a whole, and it counts only when every file named in
 * `complete.json` is there in the size it had: half a build is never taken for a whole one.
 */
import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

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

/** The set that runs a cluster; tools/test-tools has another one. See cache.d.ts. */
export const controlPlane = {
  name: 'control-plane',
  title: 'the control plane',
  release: setName,
  versions,
  binaries: binaryNames,
  builds: [
    {
      module: path.dirname(fileURLToPath(import.meta.url)),
      packages: [
        'go.etcd.io/etcd/server/v3',
        'k8s.io/kubernetes/cmd/kube-apiserver',
        'k8s.io/kubernetes/cmd/kube-controller-manager',
        'k8s.io/kubernetes/cmd/kube-scheduler',
        'k8s.io/kubernetes/cmd/kubectl',
        'sigs.k8s.io/kwok/cmd/kwok',
        'sigs.k8s.io/kwok/cmd/kwokctl',
        'sigs.k8s.io/metrics-server/cmd/metrics-server',
      ],
    },
  ],
  // Go names a binary after its directory.
  renamed: { server: 'etcd' },
  duration: 'about seven minutes on two idle cores, once',
}

/** `$KADE_CACHE`, else `$XDG_CACHE_HOME/kade`, else `~/.cache/kade`. */
export function cacheDirectory(env = process.env) {
  if (env.KADE_CACHE) return path.resolve(env.KADE_CACHE)
  const base = env.XDG_CACHE_HOME || path.join(env.HOME || homedir(), '.cache')
  return path.join(base, 'kade')
}

/** The directory of a set in this release; `bin/` is in it. */
export function setDirectory(env = process.env, set = controlPlane) {
  return path.join(cacheDirectory(env), set.name, set.release)
}

/** The `bin` directory of a complete set, or undefined. */
export async function cachedBinaries(env = process.env, set = controlPlane) {
  const directory = setDirectory(env, set)
  return (await isComplete(directory, set)) ? path.join(directory, 'bin') : undefined
}

async function isComplete(directory, set) {
  try {
    const { files } = JSON.parse(await readFile(path.join(directory, 'complete.json'), 'utf8'))
    for (const name of set.binaries) {
      const file = path.join(directory, 'bin', name)
      await access(file, constants.X_OK)
      if ((await stat(file)).size !== files[name]) return false
    }
    return true
  } catch {
    return false
  }
}

/** Declares the set in `directory` complete; rejects when a binary is missing. `how` says where it came from. */
export async function markComplete(directory, how, set = controlPlane) {
  const files = {}
  for (const name of set.binaries) {
    const file = path.join(directory, 'bin', name)
    await access(file, constants.X_OK)
    files[name] = (await stat(file)).size
  }
  const text = JSON.stringify({ versions: set.versions, how, files }, null, 2)
  await writeFile(path.join(directory, 'complete.json'), `${text}\n`)
}

/** A fresh directory beside the set, for filling. */
export async function directoryBeside(env = process.env, set = controlPlane) {
  const beside = `${setDirectory(env, set)}.${process.pid}`
  await rm(beside, { recursive: true, force: true })
  await mkdir(path.join(beside, 'bin'), { recursive: true })
  return beside
}

/** Moves a filled directory into the set's place, unless a complete set stands there by now. Answers its `bin`. */
export async function moveIntoPlace(beside, env = process.env, set = controlPlane) {
  const directory = setDirectory(env, set)
  if (!(await isComplete(directory, set))) {
    await rm(directory, { recursive: true, force: true })
    await rename(beside, directory).catch(async error => {
      if (!(await isComplete(directory, set))) throw error
    })
  }
  await rm(beside, { recursive: true, force: true })
  return path.join(directory, 'bin')
}
