/**
 * Gets the binaries of a set: from the cache, else the official releases where the set has any, else built with Go.
 *
 * One process per cache does it; others wait and say what it says, which they read from a file beside the lock. As a program
 * (`node tools/control-plane/get-binaries.js`) it prints its lines and ends with 0, or with 1 and the reason.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  cachedBinaries,
  controlPlane,
  directoryBeside,
  markComplete,
  moveIntoPlace,
  setDirectory,
} from './cache.js'
import { downloadBinaries, releaseHosts, releasesAnswer } from './download.js'
import { buildBinaries } from './go-build.js'
import { takeLock } from './lock.js'

const LOOK_EVERY_MS = 500
/** Longer than the build may take: whoever waits hears of a failure from the builder's own file first. */
const WAIT_MS = 2 * 3600_000

/** See get-binaries.d.ts. */
export async function getBinaries(options = {}) {
  const { report = () => {}, env = process.env, signal, set = controlPlane } = options
  const giveUpAt = Date.now() + WAIT_MS
  let said
  while (Date.now() < giveUpAt) {
    signal?.throwIfAborted()
    const bin = await cachedBinaries(env, set)
    if (bin) return bin
    const release = await takeLock(`${setDirectory(env, set)}.lock`)
    if (release) {
      try {
        // Whoever held it before may have finished just now.
        return (await cachedBinaries(env, set)) ?? (await fill({ env, signal, report, set }))
      } finally {
        await release()
      }
    }
    const line = await readFile(progressFile(env, set), 'utf8').catch(() => '')
    if (line && line !== said) report(line)
    said = line
    await delay(LOOK_EVERY_MS, undefined, signal ? { signal } : {})
  }
  throw new Error(`Another process has been getting the programs of ${set.title} for two hours.`)
}

function progressFile(env, set) {
  return `${setDirectory(env, set)}.progress`
}

async function fill({ env, signal, report, set }) {
  await removeLeftovers(env, set)
  const tell = teller(progressFile(env, set), report)
  const beside = await directoryBeside(env, set)
  const work = { bin: path.join(beside, 'bin'), env, signal, report: tell, set }
  try {
    await markComplete(beside, await downloadOrBuild(work), set)
    const bin = await moveIntoPlace(beside, env, set)
    tell(`The programs of ${set.title} are there`)
    return bin
  } catch (error) {
    // A compiler that outlives its Go by a moment may still write there.
    await rm(beside, { recursive: true, force: true, maxRetries: 5 })
    throw error
  } finally {
    await rm(progressFile(env, set), { force: true })
  }
}

/** Answers how it was done. */
async function downloadOrBuild(work) {
  if (work.set !== controlPlane) {
    // Nobody publishes the others as files for every architecture with checksums of one form.
    await buildBinaries(work)
    return 'go install'
  }
  const hosts = releaseHosts(work.env)
  if (await releasesAnswer(hosts)) {
    try {
      await downloadBinaries({ ...work, hosts })
      return 'official releases'
    } catch (error) {
      work.signal?.throwIfAborted()
      work.report(`The official releases cannot be used: ${error.message} Building them instead`)
      await rm(work.bin, { recursive: true, force: true })
      await mkdir(work.bin, { recursive: true })
    }
  } else {
    work.report('The official releases do not answer within 5 s: building them instead')
  }
  await buildBinaries(work)
  return 'go install'
}

/** Says a line here and leaves it for those who wait; renamed into place, so that nobody reads half a line. */
function teller(file, report) {
  return line => {
    report(line)
    try {
      writeFileSync(`${file}.new`, line)
      renameSync(`${file}.new`, file)
    } catch {
      // Those who wait see less; a full disk will be told by the work itself.
    }
  }
}

/** Directories of builders that were killed; we hold the lock, so nobody fills them. */
async function removeLeftovers(env, set) {
  const directory = setDirectory(env, set)
  const ours = `${path.basename(directory)}.`
  for (const name of await readdir(path.dirname(directory)).catch(() => [])) {
    if (!name.startsWith(ours) || !/^\d+$/.test(name.slice(ours.length))) continue
    await rm(path.join(path.dirname(directory), name), { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => stopping.abort(new Error('Stopped before the binaries were there.')))
  }
  try {
    const bin = await getBinaries({
      report: line => console.log(line),
      signal: stopping.signal,
    })
    console.log(`Binaries: ${bin}`)
  } catch (error) {
    console.error(stopping.signal.aborted ? stopping.signal.reason.message : error.message)
    process.exitCode = 1
  }
}
