import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { typed } from '#tests/support/typed.ts'

// No Kade answers here: whatever went on in spite of the mistake would end with another exit code.
let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kade-usage-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** What is said of a line that cannot be meant. */
async function said(line: string, language: string, answer?: string): Promise<string> {
  const env = { KADE_LANG: language }
  const { code, err } = await typed(line, home, { env, ...(answer && { answer }) })
  expect(code).toBe(2)
  return err
}

it('says in the language of who types it what is wrong with a line', async () => {
  expect(await said('status vectors', 'nl')).toBe(
    '"vectors" is geen uitrol: schrijf hem als <namespace>/<naam>.',
  )
  expect(await said('status vectors', 'en')).toContain('is no deployment: write it as')
  expect(await said('delete team-a/vectors --forget', 'nl')).toContain('Geef --yes')
  expect(await said('webhooks change x --enable --disable', 'nl')).toContain('niet allebei')
  expect(await said('webhooks replay x', 'nl')).toContain('opnieuw moet worden gestuurd')
  expect(await said('notifications read', 'nl')).toContain('Zeg welke')
  const nothing = join(home, 'nothing.yaml')
  await writeFile(nothing, '')
  expect(await said(`import yaml ${nothing}`, 'nl')).toBe(
    'Er staat geen object in wat is opgegeven.',
  )
})

it.each([
  'delete team-a/several',
  'delete team-a/several --forget',
  'compose delete team-a/several',
])('deletes nothing by "%s" when another name is typed', async line => {
  expect(await said(line, 'nl', 'another')).toContain('er is niets verwijderd')
})
