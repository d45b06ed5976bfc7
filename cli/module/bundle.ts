/**
 * A module as one script that needs nothing: its own files, the kit and zod in one text that sets `kadeModule`. Nothing of it is
 * evaluated here, and no file beyond its folder is read, whatever it names: what is read may be sent away.
 */
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { BuildFailure, Message, Plugin } from 'esbuild'
import type { ModuleFinding } from '#kit/module-error.ts'
import type { ModulePlace } from './load.ts'
import { ownKit, ownZod } from './own-kit.ts'

export type Bundled = { readonly code: string } | { readonly findings: readonly ModuleFinding[] }

const largest = 1_500_000
const lent = Symbol('lent')

/** Resolves the kit and zod to this program's own where the module has none, and reads nothing from elsewhere. */
function confinedTo(root: string): Plugin {
  const allowed = [root, ownKit.folder, ownZod()].map(folder => realpathSync(folder) + sep)
  return {
    name: 'confined',
    setup(build) {
      build.onResolve({ filter: /^(@kade\/kit|zod)(\/|$)/ }, async args => {
        if (args.pluginData === lent) return undefined
        const { resolveDir, kind } = args
        const found = await build.resolve(args.path, { resolveDir, kind, pluginData: lent })
        if (found.errors.length === 0) return found
        const [, name] = /^@kade\/kit\/([\w/-]+)$/.exec(args.path) ?? []
        if (name !== undefined) return { path: join(ownKit.folder, `${name}${ownKit.ending}`) }
        return await build.resolve(args.path, {
          resolveDir: dirname(ownZod()),
          kind,
          pluginData: lent,
        })
      })
      build.onLoad({ filter: /.*/ }, ({ path }) => {
        const real = realpathSync(path)
        if (allowed.some(folder => real.startsWith(folder))) return undefined
        return { errors: [{ text: `reads ${path}, which is outside its own folder` }] }
      })
    },
  }
}

function findingOf({ text, location }: Message, root: string): ModuleFinding {
  const pointer = location ? `${relative(root, join(root, location.file))}:${location.line}` : ''
  const [, missing] = /^Could not resolve "(.+)"$/.exec(text) ?? []
  if (missing === undefined) return { rule: 'bundle', pointer, detail: text }
  const detail = /^node:|^(fs|net|http|https|child_process|os|path|crypto|worker_threads)$/.test(
    missing,
  )
    ? `imports ${missing}, which no module has: a module computes from its settings alone`
    : `imports ${missing}, which is not there: a module brings its own files, the kit (@kade/kit/…) and zod; put anything else into the package`
  return { rule: 'bundle', pointer, detail }
}

/** The compiler of scripts, which the packed kit does not bring along. */
async function bundler() {
  return await import('esbuild').catch(() => undefined)
}

/** Bundles the module at a place. Says what stands in the way, all at once. */
export async function bundleModule({ file, folder }: ModulePlace): Promise<Bundled | 'no-bundler'> {
  const esbuild = await bundler()
  if (esbuild === undefined) return 'no-bundler'
  const root = realpathSync(folder)
  try {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: [realpathSync(file)],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'kadeModule',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2023',
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'silent',
      // A tsconfig.json may name files elsewhere.
      tsconfigRaw: {},
      plugins: [confinedTo(root)],
    })
    const code = outputFiles[0]?.text ?? ''
    if (code.length <= largest) return { code }
    const detail = `is ${code.length} characters as one script; at most ${largest}: import less`
    return { findings: [{ rule: 'bundle', pointer: '', detail }] }
  } catch (error) {
    if (!(error instanceof Error && 'errors' in error)) throw error
    const { errors } = error as BuildFailure // what a build rejects with has them
    return { findings: errors.map(one => findingOf(one, root)) }
  }
}

/** The folder that a module of one's own may read: the package it belongs to, else its own. */
export function packageRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
    if (dirname(at) === at) return folder
  }
}
