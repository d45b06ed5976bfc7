import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findBrowser, installCommand } from './browser.js'

test('a browser is found on the PATH, and CHROME_PATH goes before it', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'kade-browser-'))
  try {
    expect(await findBrowser({ PATH: directory })).toBeUndefined()
    const file = path.join(directory, 'google-chrome')
    await writeFile(file, '', { mode: 0o755 })
    expect(await findBrowser({ PATH: directory })).toBe(file)
    expect(await findBrowser({ PATH: directory, CHROME_PATH: '/nowhere' })).toBeUndefined()
  } finally {
    await rm(directory, { recursive: true })
  }
})

test.for([
  ['ID=debian', 'apt-get install -y chromium'],
  ['ID=ubuntu\nID_LIKE=debian', 'snap install chromium'],
  ['ID=rocky\nID_LIKE="rhel centos fedora"', 'dnf install -y chromium'],
] as const)('%j is told one command', async ([osRelease, command]) => {
  expect(await installCommand(osRelease)).toContain(command)
})
