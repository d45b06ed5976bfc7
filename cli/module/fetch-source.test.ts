import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fetchSource } from './fetch-source.ts'
import { newModule } from './new.ts'

let around: string
let folder: string
beforeAll(async () => {
  around = await mkdtemp(join(tmpdir(), 'kade-fetch-test-'))
  folder = join(around, 'notes')
  // Where nobody else leaves anything.
  await mkdir(join(around, 'temporary'))
  vi.stubEnv('TMPDIR', join(around, 'temporary'))
  await newModule({ id: 'notes', template: 'web', folder, today: '2026-11-01' })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(around, { recursive: true, force: true })
})

/** Packed as npm packs: one folder around everything. */
async function packed(name: string, prepare: (inside: string) => Promise<unknown>) {
  const workdir = join(around, `pack-${name}`)
  const inside = join(workdir, 'package')
  await mkdir(inside, { recursive: true })
  await prepare(inside)
  const file = join(around, `${name}.tgz`)
  execFileSync('tar', ['-czf', file, '-C', workdir, 'package'])
  return file
}

const names = (content: object) => (inside: string) =>
  writeFile(join(inside, 'package.json'), JSON.stringify(content))
const left = () => readdirSync(tmpdir())

describe('a module is fetched', () => {
  it('from a folder of one’s own, which stays where it is', async () => {
    const source = await fetchSource(folder)
    await source.close()
    expect(source).toMatchObject({ foreign: false, beside: folder })
    expect(existsSync(source.place.file)).toBe(true)
  })

  it('from a packed package, into a folder that is gone afterwards', async () => {
    const file = await packed('plain', async inside => {
      execFileSync('cp', ['-r', `${folder}/.`, inside])
      await names({ name: '@somebody/notes', kade: './notes.ts' })(inside)
    })
    const source = await fetchSource(file)
    expect(source).toMatchObject({ foreign: true })
    expect(await readFile(source.place.file, 'utf8')).toContain("id: 'notes'")
    expect(existsSync(join(source.beside, 'passport.yaml'))).toBe(true)
    await source.close()
    expect(existsSync(source.place.folder)).toBe(false)
  })

  it('from Git, at the branch that is named, without running its hooks', async () => {
    const repository = join(around, 'repository')
    execFileSync('cp', ['-r', folder, repository])
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], {
        cwd: repository,
      })
    git('init', '--quiet', '--initial-branch', 'other')
    await writeFile(join(repository, 'package.json'), JSON.stringify({ kade: 'notes.ts' }))
    await symlink('/etc/hostname', join(repository, 'link'))
    git('add', '--all')
    git('commit', '--quiet', '--message', 'x')
    const source = await fetchSource(`git+file://${repository}#other`)
    // A link arrives as a plain file that says where it led.
    expect(await readFile(join(source.place.folder, 'link'), 'utf8')).toBe('/etc/hostname')
    await source.close()
    await expect(fetchSource(`file://${repository}#nothing`)).rejects.toThrow(/cannot be fetched/)
  })
})

describe('a module is refused', () => {
  it.each<[string, (inside: string) => Promise<unknown>, RegExp]>([
    ['with a link', inside => symlink('/etc/passwd', join(inside, 'README.md')), /holds a link/],
    ['whose module lies elsewhere', names({ kade: '../../source.tar' }), /does not say which file/],
    ['whose module is not there', names({ kade: './none.ts' }), /does not say which file/],
    ['that names no module', names({}), /"kade": ".\/my-app.ts"/],
  ])('%s, and nothing of it stays', async (name, prepare, why) => {
    const file = await packed(name.replaceAll(' ', '-'), prepare)
    await expect(fetchSource(file)).rejects.toThrow(why)
    expect(left()).toEqual([])
  })

  it('when it is larger unpacked than a module can be', async () => {
    const file = join(around, 'bomb.tgz')
    await writeFile(file, gzipSync(Buffer.alloc(70 * 2 ** 20)))
    await expect(fetchSource(file)).rejects.toThrow(/cannot be unpacked/)
  })

  it.each(['nothing/here at all', '--upload-pack=x', 'ext::sh -c id', 'ftp://example.org/x'])(
    'when it is nothing that is known: %s',
    async given => {
      await expect(fetchSource(given)).rejects.toThrow(/There is no/)
    },
  )
})
