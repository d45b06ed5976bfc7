import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleModule } from './bundle.ts'

let around: string
let folder: string
beforeAll(async () => {
  around = await realpath(await mkdtemp(join(tmpdir(), 'kade-bundle-test-')))
  folder = join(around, 'module')
  await mkdir(folder)
  await writeFile(join(around, 'token.json'), '{ "token": "very secret" }')
})
afterAll(() => rm(around, { recursive: true, force: true }))

async function bundle(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const made = await bundleModule({ file: join(folder, 'app.ts'), folder })
  if (made === 'no-bundler') throw new Error('esbuild is a dependency of this repository')
  return 'code' in made
    ? { code: made.code, said: '' }
    : { code: '', said: made.findings.map(each => `${each.pointer} ${each.detail}`).join('\n') }
}

it('brings its own files, the kit and zod in one script, and runs nothing of it', async () => {
  const { code, said } = await bundle({
    'app.ts': `import { generated } from '@kade/kit/secrets'
      import { z } from 'zod'
      import { word } from './inner/word.ts'
      globalThis.evaluated = true
      export const app = [generated, z.string(), word]`,
    'inner/word.ts': `export const word: string = 'from inside'`,
  })
  expect(said).toBe('')
  expect(code).toContain('from inside')
  expect(code).not.toMatch(/\b(import|require)\s*\(?["']/)
  expect('evaluated' in globalThis).toBe(false)
})

it('makes the same script of the same module', async () => {
  const files = { 'app.ts': `import { z } from 'zod'; export const app = z.string()` }
  expect((await bundle(files)).code).toBe((await bundle(files)).code)
})

it.each([
  [
    'a module of Node',
    `import { readFileSync } from 'node:fs'; export const app = readFileSync`,
    'app.ts:1 imports node:fs, which no module has',
  ],
  [
    'one without its prefix',
    `import { readFileSync } from 'fs'; export const app = readFileSync`,
    'app.ts:1 imports fs, which no module has',
  ],
  [
    'a package that is not there',
    `import pad from 'left-pad'; export const app = pad`,
    'app.ts:1 imports left-pad, which is not there',
  ],
  [
    'a file that is not there',
    `import pad from './pad.ts'; export const app = pad`,
    'app.ts:1 imports ./pad.ts, which is not there',
  ],
  ['what waits while it loads', `export const app = await Promise.resolve(1)`, 'Top-level await'],
  ['what is no code', `export const app = `, 'app.ts:1 Unexpected end of file'],
])('says where it asks for %s', async (_, text, why) => {
  expect((await bundle({ 'app.ts': text })).said).toContain(why)
})

it('reads no file beyond its folder, by whatever way', async () => {
  await symlink(join(around, 'token.json'), join(folder, 'inside.json'))
  for (const from of ['../token.json', './inside.json', join(around, 'token.json')]) {
    const { code, said } = await bundle({
      'app.ts': `import token from '${from}'; export const app = token`,
    })
    expect(said, from).toContain('outside its own folder')
    expect(code).not.toContain('very secret')
  }
  const { code } = await bundle({
    'app.ts': `export const app = 1`,
    'tsconfig.json': '{ "extends": "../token.json", "compilerOptions": { "jsx": "react" } }',
  })
  expect(code).not.toBe('')
})
