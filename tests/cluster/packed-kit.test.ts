import { execFile } from 'node:child_process'
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
let folder: string
let kit: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-packed-kit-'))
  const { stdout } = await run(process.execPath, [join(root, 'tools/pack-kit.ts'), folder])
  kit = stdout.trim()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The blocks of code in the guide, of one language, in order. */
async function blocks(language: string): Promise<string[]> {
  const guide = await readFile(join(root, 'docs/tutorial/write-a-module.md'), 'utf8')
  return [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    found => found[1] ?? '',
  )
}

/** Runs lines of the guide in a shell, as they stand. */
async function shell(lines: string, cwd: string) {
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    KADE_HOME: join(folder, 'none'),
    npm_config_offline: 'true',
    npm_config_audit: 'false',
  }
  return await run('sh', ['-ec', lines], { cwd, env, timeout: 100_000 }).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    error => ({ code: Number(error.code), out: `${error.stdout}${error.stderr}` }),
  )
}

/** What the guide fetches from a registry, from this checkout instead: zod, the compiler, and what makes one script. */
async function lend(place: string): Promise<void> {
  await copyFile(kit, join(place, basename(kit)))
  await mkdir(join(place, 'node_modules/.bin'), { recursive: true })
  const compiler = await realpath(join(root, 'node_modules/.bin/tsc'))
  await symlink(compiler, join(place, 'node_modules/.bin/tsc'))
  await symlink(join(root, 'node_modules/esbuild'), join(place, 'node_modules/esbuild'))
}

test('the guide leads from an empty folder to a module that passes, line by line', async () => {
  const place = join(folder, 'my-apps')
  await mkdir(place)
  const zod = await run('npm', [
    'pack',
    '--silent',
    '--pack-destination',
    folder,
    join(root, 'node_modules/zod'),
  ])
  const [install = '', begin = '', afterSettings = '', afterModule = '', keep = ''] =
    await blocks('sh')
  const [settings = ''] = await blocks('ts')
  const withoutCompiler = install.replace('npm install --save-dev typescript\n', '')
  expect(withoutCompiler).not.toBe(install)
  const lines = withoutCompiler.replace('.tgz', `.tgz ${join(folder, zod.stdout.trim())}`)
  await copyFile(kit, join(place, basename(kit)))
  expect(await shell(lines, place)).toMatchObject({ code: 0 })
  await lend(place)

  const begun = await shell(begin, place)
  expect(begun.out).toContain('✓ types')
  expect(begun.out).toContain('✓ sandbox')
  expect(begun).toMatchObject({ code: 0, out: expect.stringContaining('The module passes.') })

  await writeFile(join(place, 'notes/settings.ts'), settings)
  const gone = await shell(afterSettings, place)
  expect(gone).toMatchObject({
    code: 3,
    out: expect.stringMatching(/notes\.ts:\d+:\d+: .*largestUploadMB/),
  })

  const module = join(place, 'notes/notes.ts')
  const [was, is] = ['MAX_UPLOAD_MB: settings.largestUploadMB,', 'SENTENCES: settings.sentences,']
  const guide = await readFile(join(root, 'docs/tutorial/write-a-module.md'), 'utf8')
  expect(guide.replaceAll('\n', ' ')).toContain(`write \`${is}\` in the place of \`${was}\``)
  const before = await readFile(module, 'utf8')
  expect(before).toContain(was)
  await writeFile(module, before.replace(was, is))
  const changed = await shell(afterModule, place)
  expect(changed.out).toContain('✗ golden')
  expect(changed.out).not.toMatch(/✗ (types|schemas|lint|passport)/)

  const kept = await shell(keep, place)
  expect(kept.out).toContain('The module passes.')
  expect(kept).toMatchObject({ code: 0 })
})

test('the packed kit judges what somebody else packed, in the sandbox', async () => {
  const place = join(folder, 'my-apps')
  await appendFile(join(place, 'notes/notes.ts'), '\nconst home = process.env.HOME\n')
  await writeFile(join(place, 'notes/package.json'), '{ "name": "notes", "version": "1.0.0" }')
  const packed = await shell(
    'npm pack --silent ./notes; npx kade module check notes-1.0.0.tgz',
    place,
  )
  expect(packed).toMatchObject({ code: 3 })
  expect(packed.out).toContain('/bundle: the module asks for process, which is not there')
})

test('the package depends on zod alone', async () => {
  const { stdout } = await run('tar', ['-xzOf', kit, 'package/package.json'])
  expect(Object.keys(JSON.parse(stdout).dependencies)).toEqual(['zod'])
  const listed = await run('tar', ['-tzf', kit])
  expect(listed.stdout).toContain('package/kit/define-app.js')
  expect(listed.stdout).toContain('package/kit/define-app.d.ts')
  expect(listed.stdout).not.toMatch(/node_modules|\.test\.js/)
})
