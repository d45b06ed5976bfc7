import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listAudit } from '#platform/governance/audit/queries.ts'
import { chainAudit } from '#platform/governance/audit/sequencer.ts'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const cli = cliAtDoor({
  // The platform answers as ever; the lines are those of the door.
  listAudit: ({ query }: { query: { limit: number } }) => listAudit(cli.door.database, null, query),
})
const { kade } = cli
const id = '1e4a0000-0000-4000-8000-000000000000'
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-audit-'))
  for (let time = 0; time < 3; time += 1) await kade(`dead-letters discard ${id}`)
  while (await chainAudit(cli.door.database));
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('shows who did what', async () => {
  const { code, out } = await kade('audit')
  expect(code).toBe(0)
  expect(out).toMatch(/dead-letter\.change\s+dead-letter 1e4a\S+\s+allow/)
  expect(JSON.parse((await kade('audit search -o json')).out)).toMatchObject({
    lag: expect.any(Number),
  })
  expect((await kade('audit --result maybe')).code).toBe(2)
})

it('exports lines that are checked offline, with a head that was kept elsewhere', async () => {
  const { out } = await kade('audit export')
  const file = join(folder, 'audit.ndjson')
  await writeFile(file, `${out}\n`)
  // The export itself has left a line since.
  while (await chainAudit(cli.door.database));
  const offline = { env: { KADE_URL: 'http://127.0.0.1:9', KADE_TOKEN: 'none' } }
  const good = await kade(`audit verify ${file}`, offline)
  expect(good).toMatchObject({ code: 0 })
  expect(good.out).toMatch(/The chain holds: \d+ lines, 1 to \d+\. Its head is \d+:[0-9a-f]{64}/)
  const anchor = (await kade('audit head')).out.trim()
  const cut = await kade(`audit verify ${file} --anchor ${anchor}`, offline)
  expect(cut.code).toBe(1)
  expect(cut.out).toContain('the anchor knows more than there is')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('"allow"', '"deny"'))
  const edited = await kade(`audit verify ${file}`, { env: { ...offline.env, KADE_LANG: 'nl' } })
  expect(edited.code).toBe(1)
  expect(edited.out).toContain('Rij 1 is gewijzigd nadat ze geschreven was (regel 1)')
  await writeFile(file, text.split('\n').toSpliced(1, 1).join('\n'))
  expect((await kade(`audit verify ${file}`, offline)).out).toContain('Row 2 is missing')
  expect((await kade(`audit verify ${file} --selection`, offline)).code).toBe(0)
  expect((await kade(`audit verify ${file} --anchor nonsense`, offline)).code).toBe(2)
  expect((await kade(`audit verify ${join(folder, 'none')}`, offline)).code).toBe(2)
})

it('checks Kade itself, and exports a selection', async () => {
  const { code, out } = await kade('audit verify')
  expect([code, out]).toEqual([0, expect.stringContaining('The chain holds')])
  const { out: none } = await kade('audit export --result deny')
  expect(none).toBe('')
})
