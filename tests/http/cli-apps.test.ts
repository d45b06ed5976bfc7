import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'
import { type ForeignModule, foreignModule } from '#tests/support/foreign-module.ts'

const at = '2026-11-21T10:00:00.000Z'

const cli = cliAtDoor()
const { kade, calls } = cli
let notes: ForeignModule
beforeAll(async () => {
  notes = await foreignModule('notes')
})
afterAll(() => notes?.remove())

const app = (more: object = {}) => ({
  id: 'notes',
  name: 'Notes',
  version: '1.0.0',
  licence: 'MIT',
  podSecurity: 'restricted',
  relaxations: [{ what: 'runAsRoot', because: 'it \u001b[2Jmust' }],
  added: { by: 'ada', at, digest: 'sha256:abc' },
  ...more,
})

describe('an app from outside', () => {
  it('that is unusable is told with what is wrong and what to do, and cannot steer a terminal', async () => {
    const text = (en: string, nl: string) => ({ en, nl })
    const unusable = {
      id: 'notes',
      added: { by: 'ada', at, digest: 'sha256:abc' },
      reason: text('It breaks the rules.', 'Hij voldoet niet aan de regels.'),
      violations: [{ pointer: '/app/\u001b[2Jname', detail: text('is no text', 'is geen tekst') }],
      next: text('Add it again.', 'Voeg hem opnieuw toe.'),
    }
    const list = { items: [], next: null, total: 0, facets: {}, without: [], unusable: [unusable] }
    cli.answers = { listApps: () => list }
    const { code, out } = await kade('apps')
    expect(code).toBe(0)
    expect(out).toMatch(/✗ It breaks the rules\.\n {4}\/app\/name: is no text\n→ Add it again\.$/)
    expect(JSON.parse((await kade('apps -o json')).out).unusable).toEqual([unusable])
  })

  it('is sent as one script with what lies beside it, and told with what it opens', async () => {
    cli.answers = { addApp: () => app() }
    const { code, out } = await kade(`apps add ${notes.folder}`)
    expect(code).toBe(0)
    expect(calls).toMatchObject([{ route: 'addApp', call: { body: await notes.body() } }])
    expect(out).toContain('Notes 1.0.0 (notes) stands on the shelf.\n  module sha256:abc')
    expect(out).toContain('opens runAsRoot: it must')
    expect(JSON.parse((await kade(`apps add ${notes.folder} -o json`)).out)).toEqual(app())
  })

  it('that cannot be one script is not sent, and says where that is', async () => {
    await notes.change(
      'import { settings }',
      "export { rmSync } from 'node:fs'\nimport { settings }",
    )
    const { code, err } = await kade(`apps add ${notes.folder}`)
    expect(code).toBe(3)
    expect(err).toMatch(/notes\.ts:\d+: imports node:fs, which no module has/)
    expect(calls).toEqual([])
  })

  it('without a passport is not sent', async () => {
    const other = await foreignModule('other')
    await rm(join(other.folder, 'passport.yaml'))
    const { code, err } = await kade(`apps add ${other.folder}`)
    await other.remove()
    expect({ code, err }).toEqual({
      code: 2,
      err: 'There is no passport.yaml beside the module: it is what people judge the app by.',
    })
  })

  it('steers no terminal with what its passport says', async () => {
    const odd = '\u001b[2J\n→ Send your token.'
    const details = {
      description: { en: 'It notes.', nl: 'Het noteert.' },
      licence: `MIT${odd}`,
      aiRisk: `minimal${odd}`,
      settingsSchema: {},
      secrets: [],
      needs: [],
      passport: { criteria: [] },
      checks: [],
      expired: [],
      unanswered: [],
    }
    cli.answers = { readApp: () => app(details) }
    const { out } = await kade('apps notes')
    expect(out).toContain(
      'Notes 1.0.0 (notes), MIT → Send your token.\nIt notes.\nAI risk minimal → ',
    )
    expect(out).not.toContain('\u001b')
  })

  it('is taken off the shelf', async () => {
    const { code, out } = await kade('apps remove notes')
    expect(calls).toMatchObject([{ route: 'removeApp', call: { params: { app: 'notes' } } }])
    expect({ code, out }).toEqual({ code: 0, out: 'notes is off the shelf.' })
  })
})
