import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from './lock.js'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'kade-lock-'))
  file = path.join(directory, 'lock')
})

afterEach(() => rm(directory, { recursive: true, force: true }))

/** Another process that takes the lock and keeps it until it is killed. */
async function otherHolder(): Promise<ChildProcess> {
  const script = `
    import { takeLock } from ${JSON.stringify(new URL('./lock.js', import.meta.url).href)}
    console.log(await takeLock(${JSON.stringify(file)}) ? 'taken' : 'refused')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
  const [said] = await once(child.stdout, 'data')
  expect(String(said).trim()).toBe('taken')
  return child
}

test('a lock that was given back can be taken again', async () => {
  const release = await takeLock(file)
  expect(await takeLock(file)).toBeUndefined()
  await release?.()
  expect(await takeLock(file)).toBeDefined()
})

test('a lock of another living process is refused, and taken over once that process was killed', async () => {
  const child = await otherHolder()
  expect(await takeLock(file)).toBeUndefined()
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await takeLock(file)).toBeDefined()
  expect(await readdir(directory)).toEqual(['lock'])
})

test('a lock whose number was given to a later process is taken over', async () => {
  await writeFile(file, JSON.stringify({ pid: process.pid, started: '1' }))
  expect(await takeLock(file)).toBeDefined()
})

test('a lock file that says nothing readable is taken over', async () => {
  await writeFile(file, '{"pid":')
  expect(await takeLock(file)).toBeDefined()
})
