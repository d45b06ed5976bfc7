import { existsSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// From source this file is TypeScript; in the packed kit it is part of one JavaScript file beside the compiled kit.
const isSource = import.meta.url.endsWith('.ts')

/** The folder of the kit that this program brings along, and the ending of its files. */
const own = isSource
  ? { folder: new URL('../../kit/', import.meta.url), ending: '.ts' }
  : { folder: new URL('../kit/', import.meta.url), ending: '.js' }

/** Where the kit that this program brings along stands, and the ending of its files. */
export const ownKit = { folder: fileURLToPath(own.folder), ending: own.ending }

/** The folder of this program's own zod. */
export function ownZod(): string {
  return dirname(createRequire(import.meta.url).resolve('zod/package.json'))
}

/** Where the templates of `kade module new` stand. */
export const templatesFolder = fileURLToPath(new URL('templates/', import.meta.url))

/** Whether a package is installed where a module would look for it: in its own folder or one above. */
function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true
  const above = dirname(folder)
  return above !== folder && isInstalled(above, name)
}

/**
 * Where TypeScript finds the kit and zod for a module that has none installed: this program's own. What is installed wins.
 */
export function ownPaths(folder: string): Record<string, string[]> {
  return {
    ...(isInstalled(folder, '@kade/kit')
      ? {}
      : { '@kade/kit/*': [`${fileURLToPath(own.folder)}*${isSource ? '.ts' : '.d.ts'}`] }),
    ...(isInstalled(folder, 'zod') ? {} : { zod: [join(ownZod(), 'index.d.ts')] }),
  }
}

/** Lets a module outside any checkout import the kit and zod before it has installed them. */
export function lendKit(): { deregister(): void } {
  return registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context)
      } catch (error) {
        const [, name] = /^@kade\/kit\/([\w/-]+)$/.exec(specifier) ?? []
        if (name !== undefined)
          return next(new URL(`${name}${own.ending}`, own.folder).href, context)
        if (specifier === 'zod') return next(specifier, { ...context, parentURL: import.meta.url })
        throw error
      }
    },
  })
}
