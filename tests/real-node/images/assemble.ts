/**
 * Assembles images without Docker, once: `<cache>/images/<digest of the definition>.tar`, and the base they stand on beside
 * it. It needs root, `mmdebstrap`, and Debian's archive and PyPI; what has been assembled needs none of them.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cacheDirectory } from '#tools/control-plane/cache.js'
import { takeLock } from '#tools/control-plane/lock.js'
import { base, type ImageDefinition, NEWEST, UV } from './definition.ts'
import { insideRoot, installOver } from './install.ts'
import { type Layer, packLayer, writeOciArchive } from './oci-archive.ts'

const run = promisify(execFile)
/** Raised when what a definition becomes changes and the definition does not. */
const FORM = 1
const BASE_MS = 20 * 60_000
const WAIT_MS = 60 * 60_000
const LOOK_EVERY_MS = 1_000

/** The archive of an image in the cache, whether or not it has been assembled. */
export function archiveOf(definition: ImageDefinition): string {
  return path.join(directory(), `${keyOf([FORM, base, UV, NEWEST, definition])}.tar`)
}

function directory(): string {
  return path.join(cacheDirectory(), 'images')
}

function keyOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
}

/**
 * The archives of these images in the same order, after assembling those that the cache has not; `report` takes a line per
 * image with its size and seconds. Rejects with what could not be installed. One process at a time assembles.
 */
export async function assembleImages(
  definitions: readonly ImageDefinition[],
  report: (line: string) => void = () => {},
): Promise<string[]> {
  if (definitions.some(each => !existsSync(archiveOf(each)))) {
    await mkdir(directory(), { recursive: true })
    const release = await lock()
    try {
      await removeLeftovers()
      for (const each of definitions) if (!existsSync(archiveOf(each))) await assemble(each, report)
    } finally {
      await removeLeftovers()
      // What several images need is fetched once; what no image needs any more is not kept.
      await rm(path.join(directory(), 'uv-cache'), { recursive: true, force: true })
      await release()
    }
  }
  return definitions.map(archiveOf)
}

async function lock(): Promise<() => Promise<void>> {
  const giveUpAt = Date.now() + WAIT_MS
  while (Date.now() < giveUpAt) {
    const release = await takeLock(path.join(directory(), 'lock'))
    if (release) return release
    await delay(LOOK_EVERY_MS)
  }
  throw new Error('Another process has been assembling images for an hour.')
}

/** Of builds that were killed: only who holds the lock has such a directory. Their mounts went with their processes. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(directory())) {
    if (!name.startsWith('work-') && !name.endsWith('.partial')) continue
    await rm(path.join(directory(), name), { recursive: true, force: true })
  }
}

async function assemble(
  definition: ImageDefinition,
  report: (line: string) => void,
): Promise<void> {
  const { root, layer } = await baseSystem(report)
  const began = Date.now()
  const work = await mkdtemp(path.join(directory(), 'work-'))
  const upper = await installOver(definition, { root, work, outside: directory() }).catch(cause => {
    throw new Error(`${definition.reference} cannot be assembled: ${lastWords(cause)}`, { cause })
  })
  const own = await packLayer(upper, path.join(work, 'layer.tar'))
  const archive = archiveOf(definition)
  await writeOciArchive(definition, [layer, own], { staging: path.join(work, 'oci'), archive })
  await rm(work, { recursive: true, force: true })
  report(`${definition.reference}: ${megabytes((await stat(archive)).size)}, ${seconds(began)}`)
}

type Base = { readonly root: string; readonly layer: Layer }

/** Debian unpacked and as a layer, and the installer beside it. */
async function baseSystem(report: (line: string) => void): Promise<Base> {
  const place = path.join(directory(), `base-${keyOf([FORM, base, UV])}`)
  const complete = path.join(place, 'complete.json')
  const root = path.join(place, 'root')
  const file = path.join(place, 'layer.tar')
  if (existsSync(complete)) {
    const { digest, size } = JSON.parse(await readFile(complete, 'utf8')) as Layer // written below
    return { root, layer: { file, digest, size } }
  }
  const began = Date.now()
  await rm(place, { recursive: true, force: true })
  await mkdir(place)
  const sparing = ['doc', 'man', 'locale'].map(
    each => `--dpkgopt=path-exclude=/usr/share/${each}/*`,
  )
  const what = ['--variant=minbase', `--include=${base.packages.join(',')}`, ...sparing]
  await run('mmdebstrap', ['--mode=root', ...what, base.suite, root, base.mirror], {
    timeout: BASE_MS,
    maxBuffer: 64 * 1024 * 1024,
  }).catch(cause => {
    const why = cause.code === 'ENOENT' ? 'install the Debian package mmdebstrap' : lastWords(cause)
    throw new Error(`The base of the images cannot be made: ${why}`, { cause })
  })
  const layer = await packLayer(root, file)
  const uv = '/mnt/kade/uv'
  await insideRoot(
    { root, outside: directory() },
    `rm -rf ${uv}\npython3 -m venv ${uv}\n${uv}/bin/pip install --quiet --no-cache-dir '${UV}'`,
  )
  await writeFile(complete, JSON.stringify(layer))
  report(`The base of the images: ${megabytes(layer.size)}, ${seconds(began)}`)
  return { root, layer }
}

function lastWords(cause: { stderr?: string; message: string }): string {
  return (cause.stderr?.trim() || cause.message).split('\n').slice(-6).join('\n')
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1_000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`
}
