/**
 * Brings a module from where it is: a folder, a packed package, a package of the registry or a Git address. It is fetched with the
 * user's own npm and git into a temporary folder, where no script of it is ever run, and no link of it leads out.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { isRecord } from '../input.ts'
import { UsageError } from '../terminal.ts'
import { packageRoot } from './bundle.ts'
import { type ModulePlace, moduleAt } from './load.ts'

const run = promisify(execFile)
const unzip = promisify(gunzip)
const patience = { timeout: 120_000, maxBuffer: 2 ** 24 }
const largest = 64 * 2 ** 20

export type Source = {
  /** As it was called for. */
  readonly given: string
  /** The file of the module, and the folder beyond which nothing of it is read. */
  readonly place: ModulePlace
  /** Where passport, guide and picture lie. */
  readonly beside: string
  /** Written by somebody else, so that nothing of it may run outside the sandbox. */
  readonly foreign: boolean
  close(): Promise<void>
}

const gitAddress = /^(?:git\+)?((?:https?|ssh|git|file):\/\/[^#\s]+|git@[^#\s]+)(?:#([\w./-]+))?$/
const packageName = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(@[\w.^~<>=*-]+)?$/

/**
 * Finds the module that a word on the command line means, and fetches it where it is elsewhere.
 * @throws UsageError where there is none.
 */
export async function fetchSource(given: string): Promise<Source> {
  if (existsSync(given) && !/\.(tgz|tar\.gz)$/.test(given)) return own(given)
  const workdir = await realpath(await mkdtemp(join(tmpdir(), 'kade-module-')))
  const close = () => rm(workdir, { recursive: true, force: true })
  try {
    const folder = await fetchInto(given, workdir)
    await refuseLinks(folder)
    const file = await entryOf(folder, given)
    const beside = existsSync(join(dirname(file), 'passport.yaml')) ? dirname(file) : folder
    return { given, place: { file, folder }, beside, foreign: true, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A module of one's own stays where it is, and may import from its package. */
function own(given: string): Source {
  const { file, folder } = moduleAt(given)
  const place = { file, folder: packageRoot(folder) }
  return { given, place, beside: folder, foreign: false, close: async () => {} }
}

async function fetchInto(given: string, workdir: string): Promise<string> {
  if (existsSync(given)) return await unpack(given, workdir)
  const [, address, branch] = gitAddress.exec(given) ?? []
  const isPacked = /^https:\/\/\S+\.(tgz|tar\.gz)$/.test(given)
  if (address !== undefined && !isPacked) return await clone(address, branch, workdir)
  if (isPacked || packageName.test(given)) return await unpack(await pack(given, workdir), workdir)
  throw new UsageError({
    en: `There is no ${given}. Give the file of a module, or its folder; a packed package (.tgz), the name of a package, or the address of a Git repository.`,
    nl: `Er is geen ${given}. Geef het bestand van een module of de map ervan; een ingepakt pakket (.tgz), de naam van een pakket, of het adres van een Git-repository.`,
  })
}

async function clone(address: string, branch: string | undefined, workdir: string) {
  const folder = join(workdir, 'clone')
  const safe = ['core.hooksPath=/dev/null', 'core.symlinks=false', 'protocol.ext.allow=never']
  const args = [
    ...safe.flatMap(setting => ['-c', setting]),
    ...['clone', '--quiet', '--depth', '1', '--no-recurse-submodules'],
    ...(branch === undefined ? [] : ['--branch', branch]),
    ...['--', address, folder],
  ]
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1' }
  await tool('git', args, { ...patience, env })
  return folder
}

async function pack(name: string, workdir: string): Promise<string> {
  const args = ['pack', name, '--ignore-scripts', '--silent', '--pack-destination', workdir]
  const { stdout } = await tool('npm', args, { ...patience, cwd: workdir })
  return join(workdir, basename(stdout.trim().split('\n').at(-1) ?? ''))
}

async function unpack(file: string, workdir: string): Promise<string> {
  const folder = join(workdir, 'unpacked')
  const tar = join(workdir, 'source.tar')
  const bytes = await unzip(await readFile(file), { maxOutputLength: largest }).catch(error => {
    throw new UsageError({
      en: `${file} cannot be unpacked: ${error.message}`,
      nl: `${file} is niet uit te pakken: ${error.message}`,
    })
  })
  await writeFile(tar, bytes)
  await mkdir(folder)
  await tool(
    'tar',
    ['-xf', tar, '-C', folder, '--no-same-owner', '--no-same-permissions'],
    patience,
  )
  const [first, ...more] = await readdir(folder, { withFileTypes: true })
  // A package is packed with one folder around it.
  return first?.isDirectory() && more.length === 0 ? join(folder, first.name) : folder
}

async function tool(program: string, args: readonly string[], options: object) {
  try {
    return await run(program, [...args], { ...options, encoding: 'utf8' })
  } catch (error) {
    const said = isRecord(error) && typeof error.stderr === 'string' ? error.stderr.trim() : ''
    const isAbsent = isRecord(error) && error.code === 'ENOENT'
    const why = said.split('\n').slice(-3).join('\n') || String(error)
    throw new UsageError({
      en: `It cannot be fetched: ${isAbsent ? `${program} is not installed` : why}`,
      nl: `Het is niet op te halen: ${isAbsent ? `${program} is niet geïnstalleerd` : why}`,
    })
  }
}

/** What is neither file nor folder may stand for a file elsewhere, which would be read and sent away. */
async function refuseLinks(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const link = entries.find(each => !each.isFile() && !each.isDirectory())
  if (link)
    throw new UsageError({
      en: `It holds a link or device (${link.name}), and a module is made of files alone. Have its maker leave that out.`,
      nl: `Er zit een koppeling of apparaat in (${link.name}), en een module bestaat alleen uit bestanden. Laat de maker dat weglaten.`,
    })
}

/** The file that a fetched package says is its module: `kade`, else what importing the package would load. */
async function entryOf(folder: string, given: string): Promise<string> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
  const content: unknown = parsed(manifest)
  const { kade, exports, module, main, name } = isRecord(content) ? content : {}
  const dot = isRecord(exports) && '.' in exports ? exports['.'] : exports
  const named = [basename(folder), ...(typeof name === 'string' ? [basename(name)] : [])]
  const candidates = [
    kade,
    isRecord(dot) ? (dot.import ?? dot.default) : dot,
    module,
    main,
    ...named.map(each => `${each}.ts`),
    'index.ts',
  ]
  const [file] = candidates
    .filter(each => typeof each === 'string')
    .map(each => join(folder, each))
    .filter(each => each.startsWith(folder + sep) && existsSync(each))
  if (file !== undefined) return file
  throw new UsageError({
    en: `${given} does not say which file is the module. Its package.json names it: "kade": "./my-app.ts".`,
    nl: `${given} zegt niet welk bestand de module is. De package.json noemt het: "kade": "./my-app.ts".`,
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
