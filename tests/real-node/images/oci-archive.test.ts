import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { archiveOf } from './assemble.ts'
import { chromaImage } from './chroma.ts'
import { packLayer, writeOciArchive } from './oci-archive.ts'

const run = promisify(execFile)
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'oci-archive-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const digest = (data: Buffer) => `sha256:${createHash('sha256').update(data).digest('hex')}`

async function archive() {
  const content = path.join(directory, 'content')
  await mkdir(path.join(content, 'mnt/kade'), { recursive: true })
  await mkdir(path.join(content, 'data'))
  await writeFile(path.join(content, 'data/tide'), 'high')
  const layer = await packLayer(content, path.join(directory, 'layer.tar'))
  const staging = path.join(directory, 'staging')
  const file = path.join(directory, 'image.tar')
  await writeOciArchive(chromaImage, [layer], { staging, archive: file })
  const out = path.join(directory, 'out')
  await mkdir(out)
  await run('tar', ['-xf', file, '-C', out])
  const json = async (name: string) => JSON.parse(await readFile(path.join(out, name), 'utf8'))
  return { out, json, layer, file }
}

const blobOf = ({ digest: of }: { digest: string }) => `blobs/${of.replace(':', '/')}`

it('names the image as the module does, and every blob by what it holds', async () => {
  const { out, json } = await archive()
  const [listed] = (await json('index.json')).manifests
  expect(listed.annotations['io.containerd.image.name']).toBe(chromaImage.reference)
  const manifest = await json(blobOf(listed))
  for (const each of [listed, manifest.config, ...manifest.layers]) {
    const data = await readFile(path.join(out, blobOf(each)))
    expect([digest(data), data.length]).toEqual([each.digest, each.size])
  }
})

it('says how a container starts', async () => {
  const { json, layer } = await archive()
  const [listed] = (await json('index.json')).manifests
  const config = await json(blobOf((await json(blobOf(listed))).config))
  expect(config).toMatchObject({
    os: 'linux',
    config: {
      Env: [expect.stringMatching(/^PATH=/)],
      Entrypoint: ['dumb-init', '--', 'chroma'],
      ExposedPorts: { '8000/tcp': {} },
    },
    rootfs: { diff_ids: [layer.digest] },
  })
})

it('takes nothing of the build’s own into a layer', async () => {
  const { layer } = await archive()
  const { stdout } = await run('tar', ['-tf', layer.file])
  expect(stdout.trim().split('\n').sort()).toEqual(['./', './data/', './data/tide', './mnt/'])
})

it('appears under its name only when it is whole', async () => {
  const { layer } = await archive()
  const gone = { ...layer, file: `${layer.file}.gone` }
  const staging = path.join(directory, 'again')
  const file = path.join(directory, 'half.tar')
  await expect(writeOciArchive(chromaImage, [gone], { staging, archive: file })).rejects.toThrow()
  expect(existsSync(file)).toBe(false)
})

it('has another place in the cache when anything of its definition is another', () => {
  const other = { ...chromaImage, config: { ...chromaImage.config, WorkingDir: '/tmp' } }
  expect(archiveOf(other)).not.toBe(archiveOf(chromaImage))
  expect(archiveOf({ ...chromaImage })).toBe(archiveOf(chromaImage))
})
