import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { AddApp } from '#api/apps.ts'
import { bundleModule } from '#cli/module/bundle.ts'
import { newModule } from '#cli/module/new.ts'

export type ForeignModule = {
  readonly folder: string
  readonly file: string
  /** What `kade apps add` would send. */
  body(): Promise<AddApp>
  /** Writes the module anew with a text in it replaced. */
  change(from: string, to: string): Promise<void>
  remove(): Promise<void>
}

/** A module as somebody outside writes it: begun with `kade module new`, in a folder outside any checkout. */
export async function foreignModule(id: string): Promise<ForeignModule> {
  const around = await mkdtemp(join(tmpdir(), 'kade-foreign-'))
  const folder = join(around, id)
  await newModule({ id, template: 'web', folder, today: '2026-11-01' })
  const file = join(folder, `${id}.ts`)
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  return {
    folder,
    file,
    async body() {
      const made = await bundleModule({ file, folder })
      if (made === 'no-bundler' || !('code' in made)) throw new Error(JSON.stringify(made))
      return {
        bundle: made.code,
        passport: parse(await read('passport.yaml')),
        readme: await read('README.md'),
        icon: await read('icon.svg'),
      }
    },
    async change(from, to) {
      const text = await readFile(file, 'utf8')
      if (!text.includes(from)) throw new Error(`The module has no ${from}.`)
      await writeFile(file, text.replace(from, to))
    },
    remove: () => rm(around, { recursive: true, force: true }),
  }
}
