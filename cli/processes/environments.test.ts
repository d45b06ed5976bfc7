import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEnvironments } from './environments.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-environments-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function read(text: string) {
  const file = join(folder, 'environments.yaml')
  await writeFile(file, text)
  return readEnvironments(file)
}

test('takes an environment from the file, and one that is not in it from the shelf', async () => {
  const shelf = await readEnvironments(undefined)
  const { prod, staging } = await read(`
    prod:
      defaults: { replicas: 3 }
      apps:
        litellm: { settings: { retries: 4 } }
      storageClass: fast
  `)
  expect(prod).toEqual({
    name: 'prod',
    defaults: { replicas: 3 },
    apps: { litellm: { settings: { retries: 4 } } },
    storageClass: 'fast',
  })
  expect(staging).toEqual(shelf.staging)
  // It may come from outside, now or later.
  const { dev } = await read('dev: { apps: { notes: { settings: { language: en } } } }')
  expect(dev.apps).toEqual({ notes: { settings: { language: 'en' } } })
})

test('says everything that is wrong with the file, and where', async () => {
  await expect(
    read('prod: { apps: { litellm: { settings: { retries: 99 } }, vlm: { replica: 2 } } }'),
  ).rejects.toThrow(
    /environments\.yaml, which cannot be used: [\s\S]*\/apps\/vlm\/replica: an environment has no such field/,
  )
  await expect(read('prod: { apps: { litellm: { settings: { retries: 99 } } } }')).rejects.toThrow(
    /: [\s\S]*\/apps\/litellm\/settings\/retries: /,
  )
  await expect(read('production: {}')).rejects.toThrow('only dev, staging, prod')
  await expect(read('- prod')).rejects.toThrow('holds no environments')
  await expect(read('prod: {\nprod: {}')).rejects.toThrow(/cannot be used/)
  await expect(read('prod: { storageClass: 3 }')).rejects.toThrow('/storageClass: must be text')
  expect((await read('prod:')).prod).toEqual({ name: 'prod' })
  await expect(readEnvironments(join(folder, 'absent.yaml'))).rejects.toThrow('ENOENT')
})
