import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isRecord } from '../input.ts'
import { UsageError } from '../terminal.ts'
import { templatesFolder } from './own-kit.ts'

export const templateNames = ['web', 'worker', 'model', 'database'] as const
export type TemplateName = (typeof templateNames)[number]

export type NewModule = {
  readonly id: string
  readonly template: TemplateName
  readonly folder: string
  /** The day its passport was begun. */
  readonly today: string
}

// Names of the language that no constant may have, among those that an id can be.
const reserved = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
)

type Package = { readonly type?: unknown; readonly imports?: unknown }

/** The package that a folder belongs to: the nearest package.json, here or above. */
async function packageOf(folder: string): Promise<Package | undefined> {
  const file = join(folder, 'package.json')
  if (existsSync(file)) {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isRecord(content) ? content : {}
  }
  const above = dirname(folder)
  return above === folder ? undefined : await packageOf(above)
}

function constantOf(id: string): string {
  const name = id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  return reserved.has(name) ? `${name}App` : name
}

function titleOf(id: string): string {
  const words = id.replaceAll('-', ' ')
  return `${words[0]?.toUpperCase()}${words.slice(1)}`
}

/** A text of the template as the new module has it; outside a checkout it uses the published kit and Node's own test runner. */
function rewritten(text: string, { id, today }: NewModule, isCheckout: boolean): string {
  const own = text
    .replaceAll('./app.ts', `./${id}.ts`)
    .replaceAll('my-app', id)
    .replaceAll('myApp', constantOf(id))
    .replaceAll('My app', titleOf(id))
    .replaceAll(/checkedAt: [\d-]+/g, `checkedAt: ${today}`)
  if (isCheckout) return own
  return own
    .replaceAll(/'#kit\/([\w/-]+)\.ts'/g, "'@kade/kit/$1'")
    .replaceAll("from 'vitest'", "from 'node:test'")
}

async function refuseTaken(folder: string): Promise<void> {
  const there = await readdir(folder).catch(error => {
    if (error.code === 'ENOENT') return []
    throw new UsageError({
      en: `${folder} cannot be a module's folder: ${error.message}`,
      nl: `${folder} kan geen map van een module zijn: ${error.message}`,
    })
  })
  if (there.length > 0)
    throw new UsageError({
      en: `${folder} is not empty. Give another folder with --dir, or another id.`,
      nl: `${folder} is niet leeg. Geef een andere map met --dir, of een ander id.`,
    })
}

/**
 * Writes a module from a template, and answers the names of its files.
 * @throws UsageError for an id that cannot be one, or a folder in which something stands.
 */
export async function newModule(asked: NewModule): Promise<readonly string[]> {
  const { id, template } = asked
  if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(id) || id === 'settings')
    throw new UsageError({
      en: `"${id}" is no id of an app: at most 40 lower-case letters, digits and dashes, a letter first and no dash last; and not "settings".`,
      nl: `"${id}" is geen id van een app: hoogstens 40 kleine letters, cijfers en streepjes, met een letter vooraan en geen streepje achteraan; en niet "settings".`,
    })
  const folder = resolve(asked.folder)
  await refuseTaken(folder)
  const around = await packageOf(folder)
  const isCheckout = isRecord(around?.imports) && '#kit/*' in around.imports
  const source = join(templatesFolder, template)
  await mkdir(folder, { recursive: true })
  const written: string[] = []
  for (const name of await readdir(source)) {
    const file = name.replace(/^app\./, `${id}.`)
    const text = await readFile(join(source, name), 'utf8')
    await writeFile(join(folder, file), rewritten(text, asked, isCheckout))
    written.push(file)
  }
  if (around?.type === 'module') return written
  // TypeScript and Node read `import` as we write it only in a package of modules.
  const own = { name: id, private: true, type: 'module' }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`)
  return [...written, 'package.json']
}
