import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { templateNames } from '#cli/module/new.ts'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-module-new-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** `kade module …`, as a person calls it in a folder outside any checkout, without a cluster of a `kade up`. */
function kade(...args: readonly string[]) {
  const env = { ...process.env, KADE_HOME: join(folder, 'none') }
  return new Promise<{ code: number; out: string; err: string }>(done => {
    const all = [main, 'module', ...args]
    const child = execFile(process.execPath, all, { env, cwd: folder }, (_, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

test.each(templateNames)(
  'what is begun from the template %s passes every step untouched',
  async template => {
    const begun = await kade('new', `my-${template}`, '--template', template)
    expect(begun).toMatchObject({ code: 0, err: '' })
    expect(begun.out).toContain(`my-${template}/my-${template}.test.ts`)
    const { code, out } = await kade('check', `my-${template}`)
    expect(out).toContain('The module passes.')
    expect(out).toContain('✓ golden')
    expect(code).toBe(0)
    const written = await readFile(join(folder, `my-${template}`, `my-${template}.ts`), 'utf8')
    expect(written).not.toMatch(/#kit|my-app|myApp|My app/)
  },
)

test('an id that is a word of the language is given another name in the code', async () => {
  await kade('new', 'delete', '--dir', 'removal/delete')
  const written = await readFile(join(folder, 'removal/delete/delete.ts'), 'utf8')
  expect(written).toContain('export const deleteApp = defineApp(')
  expect(written).toContain("name: 'Delete'")
})

test('in a checkout it uses the kit and the test runner of the checkout', async () => {
  const checkout = join(folder, 'checkout')
  await mkdir(checkout)
  await symlink(join(dirname(main), '../kit'), join(checkout, 'kit'))
  const own = { type: 'module', imports: { '#kit/*': './kit/*' } }
  await writeFile(join(checkout, 'package.json'), JSON.stringify(own))
  const { out } = await kade('new', 'inside', '--dir', 'checkout/inside')
  expect(out).not.toContain('package.json')
  expect(await readFile(join(checkout, 'inside/inside.ts'), 'utf8')).toContain(
    "'#kit/define-app.ts'",
  )
  expect(await readFile(join(checkout, 'inside/inside.test.ts'), 'utf8')).toContain("'vitest'")
  expect((await kade('check', 'checkout/inside')).out).toContain('The module passes.')
})

test('nothing that stands there is written over, and an id that cannot be one is refused', async () => {
  await writeFile(join(folder, 'a-file'), 'mine')
  await kade('new', 'taken')
  expect(await kade('new', 'taken')).toMatchObject({
    code: 2,
    err: expect.stringContaining('is not empty'),
  })
  expect(await kade('new', 'other', '--dir', 'a-file')).toMatchObject({ code: 2 })
  expect((await kade('new', 'Not_an_id')).err).toContain('is no id of an app')
  expect((await kade('new', 'settings')).err).toContain('is no id of an app')
  expect((await kade('new', 'x', '--template', 'none')).code).toBe(2)
})
