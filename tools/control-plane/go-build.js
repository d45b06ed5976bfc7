/** Builds a set of binaries from the go.mod that pins them as Go tools: works wherever the Go module proxy can be reached. */
import { spawn } from 'node:child_process'
import { chmod, mkdir, readdir, rename, rm, statfs } from 'node:fs/promises'
import { setPriority } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { cacheDirectory, versions } from './cache.js'
import { findGo } from './go-toolchain.js'

const NEEDED_BYTES = 6e9
const REPORT_EVERY_MS = 15_000
/** An hour and a half: the slowest machine that is still usable. */
const BUILD_MS = 90 * 60_000

/** Fills `bin` with all binaries of the set. Minutes, the first time. */
export async function buildBinaries({ bin, env, report, signal, set, needed = NEEDED_BYTES }) {
  await requireDisk(path.dirname(bin), set, needed)
  const go = await findGo({ env, report, signal })
  const ownCaches = path.join(cacheDirectory(env), 'go-build')
  const caches = go.own
    ? { GOPATH: path.join(ownCaches, 'path'), GOCACHE: path.join(ownCaches, 'cache') }
    : {}
  report(`Building ${set.title} with Go: ${set.duration}`)
  // Beside what is built: a Go that is ended leaves hundreds of megabytes, and here the next build finds and removes them.
  const work = path.join(path.dirname(bin), 'work')
  await mkdir(work)
  const goEnv = { ...env, ...go.env, ...caches, GOTMPDIR: work }
  for (const build of set.builds) {
    await goInstall({ ...go, env: goEnv }, { bin, report, signal, set, ...build })
  }
  await rm(work, { recursive: true, force: true })
  for (const [from, to] of Object.entries(set.renamed)) {
    await rename(path.join(bin, from), path.join(bin, to))
  }
  // A user of Go keeps their caches; ours would only lie there.
  if (go.own) await removeReadOnly(ownCaches)
}

async function requireDisk(directory, set, needed) {
  const { bavail, bsize } = await statfs(directory)
  const free = bavail * bsize
  if (free >= needed) return
  throw new Error(
    `Building ${set.title} needs ${(needed / 1e9).toFixed(0)} GB of free disk; ${directory} has ${(free / 1e9).toFixed(1)} GB. Free some, or set KADE_CACHE to a larger disk.`,
  )
}

async function goInstall({ program, env }, { bin, report, signal, set, ...build }) {
  const { module, packages, cgo = false, tags = '' } = build
  const ldflags = `-s -w -X k8s.io/component-base/version.gitVersion=${versions.kubernetes}`
  const args = ['install', '-v', '-trimpath', '-tags', tags, '-ldflags', ldflags, ...packages]
  const ours = { CGO_ENABLED: cgo ? '1' : '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' }
  const child = spawn(program, args, {
    cwd: module,
    env: { ...env, ...ours, GOBIN: bin },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    timeout: BUILD_MS,
  })
  yieldToOthers(child.pid)
  const progress = followOutput(child.stderr, set.title, report)
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).finally(progress.end)
  if (code !== 0) {
    throw new Error(
      `Go could not build ${set.title} (exit code ${code}). It needs the Go module proxy (GOPROXY) and about 6 GB of disk. Its last words:\n${progress.last()}`,
    )
  }
}

/** The portal and the first deployment come before a background build. */
function yieldToOthers(pid) {
  try {
    if (pid) setPriority(pid, 10)
  } catch {
    // The process may be gone already, or priorities may be fixed; the build goes on all the same.
  }
}

/** Reports now and then how far `go install -v` is; it prints a line per download and per compiled package. */
function followOutput(stream, title, report) {
  const begun = Date.now()
  const tail = []
  let downloaded = 0
  let compiled = 0
  createInterface({ input: stream }).on('line', line => {
    tail.push(line)
    if (tail.length > 10) tail.shift()
    if (line.startsWith('go: ')) downloaded += 1
    else compiled += 1
  })
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - begun) / 1000)
    report(
      `Building ${title}: ${downloaded} modules fetched, ${compiled} packages compiled, ${seconds} s`,
    )
  }, REPORT_EVERY_MS)
  return { end: () => clearInterval(timer), last: () => tail.join('\n') }
}

/** Go makes its module cache read-only, which stops a plain removal for anyone but root. */
async function removeReadOnly(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (entry.isDirectory())
      await chmod(path.join(entry.parentPath ?? entry.path, entry.name), 0o755)
  }
  await rm(directory, { recursive: true, force: true })
}
