/**
 * `npm run pack:kit`: packs `@kade/kit` into `dist-kit/`, for authors without a checkout. The kit is compiled file by file to
 * JavaScript with types and depends on zod alone; `kade module` comes along as one file that needs no package besides.
 *
 *   node tools/pack-kit.ts [<folder>]
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))

type OwnPackage = {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** Compiles `kit/` to `<folder>/kit`: what an author imports as `@kade/kit/<file>`. */
function compileKit(folder: string, workdir: string): void {
  const project = join(workdir, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    rootDir: join(root, 'kit'),
    outDir: join(folder, 'kit'),
    types: [],
  }
  const include = [join(root, 'kit/**/*.ts')]
  const exclude = [join(root, 'kit/**/*.test.ts')]
  const config = { extends: join(root, 'tsconfig.core.json'), compilerOptions, include, exclude }
  writeFileSync(project, JSON.stringify(config))
  execFileSync(process.execPath, [join(root, 'node_modules/.bin/tsc'), '-p', project], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** Bundles `kade module` to `<folder>/program/`; zod stays outside, for a module and its check share it, and esbuild, which is the author's. */
async function bundleProgram(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      kade: join(root, 'cli/module/main.ts'),
      'quickjs-thread': join(root, 'platform/adapters/modules/quickjs-thread.ts'),
    },
    outdir: join(folder, 'program'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['zod', 'esbuild'],
    logLevel: 'warning',
    // Packages of the older kind ask for Node's own ones by `require`, which a module does not have.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  })
  const engine = join(root, 'node_modules/quickjs-wasi')
  for (const file of ['quickjs.wasm', 'extensions/url/url.so', 'extensions/encoding/encoding.so'])
    cpSync(join(engine, file), join(folder, 'program/quickjs', file))
  cpSync(join(root, 'cli/module/templates'), join(folder, 'program/templates'), { recursive: true })
}

function manifest({ version, license, dependencies }: OwnPackage) {
  return {
    name: '@kade/kit',
    version,
    description: 'What an app of a Kade catalogue is written with, and the check it must pass',
    license,
    type: 'module',
    engines: { node: '>=24' },
    exports: { './*': { types: './kit/*.d.ts', default: './kit/*.js' } },
    bin: { kade: 'program/kade.js' },
    dependencies: { zod: dependencies.zod },
  }
}

/** Packs the kit into a folder, and answers the path of the tarball. */
async function packKit(target: string): Promise<string> {
  const workdir = mkdtempSync(join(tmpdir(), 'kade-pack-kit-'))
  try {
    const folder = join(workdir, 'package')
    mkdirSync(folder, { recursive: true })
    mkdirSync(target, { recursive: true })
    compileKit(folder, workdir)
    await bundleProgram(folder)
    const own: OwnPackage = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(own), null, 2)}\n`)
    for (const [from, to] of [
      ['kit/README.md', 'README.md'],
      ['LICENSE', 'LICENSE'],
    ] as const)
      cpSync(join(root, from), join(folder, to))
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', target], {
      cwd: folder,
      encoding: 'utf8',
    })
    return join(target, packed.trim().split('\n').at(-1) ?? '')
  } finally {
    rmSync(workdir, { recursive: true, force: true })
  }
}

process.stdout.write(`${await packKit(process.argv[2] ?? join(root, 'dist-kit'))}\n`)
