import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { ImageDefinition } from './definition.ts'

const run = promisify(execFile)
/** A gigabyte on a disk that others use too. */
const TAR_MS = 10 * 60_000

/** A layer as a tar file that is not compressed: nobody sends it anywhere, and unpacking it costs no processor. */
export type Layer = { readonly file: string; readonly digest: string; readonly size: number }

/** Digest and size of a layer's file. */
export async function layerOf(file: string): Promise<Layer> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { file, digest: `sha256:${hash.digest('hex')}`, size: (await stat(file)).size }
}

/** Everything under a directory as a layer in `file`, with owners by number; the mount points of the build stay empty. */
export async function packLayer(directory: string, file: string): Promise<Layer> {
  const what = ['--exclude=./mnt/*', '--exclude=./tmp/*', '-C', directory, '.']
  const how = ['--sort=name', '--numeric-owner', '--one-file-system']
  await run('tar', ['-cf', file, ...how, ...what], { timeout: TAR_MS })
  return layerOf(file)
}

function document(mediaType: string, content: object) {
  const text = JSON.stringify({ mediaType, ...content })
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return { text, descriptor: { mediaType, digest, size: Buffer.byteLength(text) } }
}

const type = (name: string) => `application/vnd.oci.image.${name}`

/** How a container of the image starts, as the OCI image specification writes it. */
export function imageConfig(
  { config }: Pick<ImageDefinition, 'config'>,
  layers: readonly Layer[],
): object {
  const { Env, ExposedPorts = [], ...rest } = config
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {
      ...rest,
      Env: Object.entries(Env).map(([name, value]) => `${name}=${value}`),
      ExposedPorts: Object.fromEntries(ExposedPorts.map(port => [port, {}])),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(layer => layer.digest) },
  }
}

/**
 * Writes the image layout of the OCI (oci-layout, index.json, blobs by digest) as one tar file, which appears under its
 * name only when it is whole. The layers and `staging` lie on one file system: blobs are links to them.
 */
export async function writeOciArchive(
  definition: Pick<ImageDefinition, 'reference' | 'config'>,
  layers: readonly Layer[],
  { staging, archive }: { staging: string; archive: string },
): Promise<void> {
  const blobs = path.join(staging, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const blob = (digest: string) => path.join(blobs, digest.replace('sha256:', ''))
  const config = document(type('config.v1+json'), imageConfig(definition, layers))
  const manifest = document(type('manifest.v1+json'), {
    schemaVersion: 2,
    config: config.descriptor,
    layers: layers.map(({ digest, size }) => ({ mediaType: type('layer.v1.tar'), digest, size })),
  })
  // containerd names the image by the first, other tools by the second.
  const annotations = {
    'io.containerd.image.name': definition.reference,
    'org.opencontainers.image.ref.name': definition.reference,
  }
  const index = document(type('index.v1+json'), {
    schemaVersion: 2,
    manifests: [{ ...manifest.descriptor, annotations }],
  })
  for (const layer of layers) await link(layer.file, blob(layer.digest))
  for (const { text, descriptor } of [config, manifest])
    await writeFile(blob(descriptor.digest), text)
  await writeFile(path.join(staging, 'index.json'), index.text)
  await writeFile(path.join(staging, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const parts = ['oci-layout', 'index.json', 'blobs']
  const partial = `${archive}.partial`
  await rm(partial, { force: true })
  await run('tar', ['-cf', partial, '-C', staging, ...parts], { timeout: TAR_MS })
  await rename(partial, archive)
}
