import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runProgram } from './run-program.js'

let place: string
beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'kade-run-program-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

const node = (script: string, options = {}) => runProgram(process.execPath, ['-e', script], options)

it('tells what a program said that ended badly', async () => {
  await expect(node('console.log("no room"); process.exit(3)')).rejects.toThrow(
    /ended with 3\. It said:\nno room/,
  )
})

it('ends a program that does not want to end', async () => {
  const file = path.join(place, 'pid')
  const stubborn = `
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {})
    setInterval(() => {}, 1000)
    require('fs').writeFileSync(${JSON.stringify(`${file}.new`)}, String(process.pid))
    require('fs').renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)})`
  const stopping = new AbortController()
  const run = node(stubborn, { signal: stopping.signal, grace: 50 })
  run.catch(() => {})
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000 })
  const pid = Number(await readFile(file, 'utf8'))
  stopping.abort()
  await expect(run).rejects.toThrow(/abort/)
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 20_000 })
})
