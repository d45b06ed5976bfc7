import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freePorts, isPortFree } from './loopback-ports.ts'

const run = promisify(execFile)
const file = fileURLToPath(new URL('./loopback-ports.ts', import.meta.url))

test('starts at once never get the same port, though nothing listens on any of them yet', async () => {
  const given = await Promise.all(Array.from({ length: 40 }, () => freePorts(15)))
  expect(new Set(given.flat()).size).toBe(600)
})

test('nor do those of different processes', async () => {
  const mine = await freePorts(150)
  const script = `const { freePorts } = await import(${JSON.stringify(file)})
    console.log(JSON.stringify(await freePorts(150)))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script])
  const theirs: number[] = JSON.parse(stdout)
  expect(new Set([...mine, ...theirs]).size).toBe(300)
})

test('a port that was given out can be listened on, and is not free then', async () => {
  const [port = 0] = await freePorts(1)
  expect(await isPortFree(port)).toBe(true)
  const server = createServer()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  expect(await isPortFree(port)).toBe(false)
  await new Promise(resolve => server.close(resolve))
})
