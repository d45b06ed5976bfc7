import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inputsDigest } from './front-end.js'

let root: string

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'kade-inputs-'))
  await mkdir(path.join(root, 'app', 'pages'), { recursive: true })
  await writeFile(path.join(root, 'app', 'pages', 'index.vue'), 'one')
})

afterEach(() => rm(root, { recursive: true, force: true }))

test('a changed, an added and a renamed file each ask for another build', async () => {
  const seen = new Set([await inputsDigest(root, ['app'])])
  await writeFile(path.join(root, 'app', 'pages', 'index.vue'), 'two')
  seen.add(await inputsDigest(root, ['app']))
  await writeFile(path.join(root, 'app', 'pages', 'other.vue'), '')
  seen.add(await inputsDigest(root, ['app']))
  await rm(path.join(root, 'app', 'pages', 'other.vue'))
  await writeFile(path.join(root, 'app', 'pages', 'renamed.vue'), '')
  seen.add(await inputsDigest(root, ['app']))
  expect(seen.size).toBe(4)
})

test('a changed test, and an input that is not there, ask for none', async () => {
  const before = await inputsDigest(root, ['app'])
  await writeFile(path.join(root, 'app', 'draft.test.ts'), 'expect')
  expect(await inputsDigest(root, ['app', 'missing.ts'])).toBe(before)
})
