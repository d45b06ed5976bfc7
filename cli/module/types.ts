import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModulePlace } from './load.ts'
import { ownPaths } from './own-kit.ts'
import { type CheckFinding, looked, type RungResult, skipped } from './report.ts'

const options = {
  target: 'es2024',
  lib: ['es2024', 'dom'],
  module: 'nodenext',
  moduleDetection: 'force',
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: [],
}

/** The TypeScript compiler of the module, else this program's own. */
function compilerFrom(folder: string): string | undefined {
  const candidate = join(folder, 'node_modules', '.bin', 'tsc')
  if (existsSync(candidate)) return realpathSync(candidate)
  const above = dirname(folder)
  return above === folder ? undefined : compilerFrom(above)
}

function run(compiler: string, project: string): Promise<string> {
  return new Promise((done, fail) => {
    const args = [compiler, '-p', project, '--pretty', 'false']
    execFile(
      process.execPath,
      args,
      { timeout: 120_000, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error && stdout.trim() === '') fail(new Error(stderr.trim() || error.message))
        else done(stdout)
      },
    )
  })
}

/** `settings.ts(3,5): error TS2345: …`, with the indented lines below it. */
function findings(output: string, from: string, folder: string): CheckFinding[] {
  const found: { rule: string; pointer: string; detail: string; seenIn: string[] }[] = []
  for (const line of output.split('\n')) {
    const [, file, row, column, code, text] =
      /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/.exec(line) ?? []
    const last = found.at(-1)
    if (file !== undefined && code !== undefined && text !== undefined) {
      const place = relative(folder, join(from, file)) || file
      found.push({ rule: code, pointer: `${place}:${row}:${column}`, detail: text, seenIn: [] })
    } else if (/^error TS\d+/.test(line)) {
      found.push({ rule: 'compiler', pointer: '', detail: line, seenIn: [] })
    } else if (last && line.startsWith('  ')) last.detail += `\n      ${line.trim()}`
  }
  return found
}

/** Rung 1: the compiler, as strict as the catalogue is. */
export async function checkTypes({ file, folder }: ModulePlace): Promise<RungResult> {
  const here = dirname(fileURLToPath(import.meta.url))
  const compiler = compilerFrom(folder) ?? compilerFrom(here)
  if (compiler === undefined)
    return skipped('types', 'no TypeScript here: npm install --save-dev typescript')
  // Elsewhere than the module, which gets no file that its author did not write.
  const workdir = realpathSync(await mkdtemp(join(tmpdir(), 'kade-module-types-')))
  try {
    const project = join(workdir, 'tsconfig.json')
    const compilerOptions = { ...options, paths: ownPaths(folder) }
    await writeFile(project, JSON.stringify({ compilerOptions, files: [realpathSync(file)] }))
    const output = await run(compiler, project)
    return looked('types', 'by the compiler', findings(output, process.cwd(), folder))
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return looked('types', 'by the compiler', [
      { rule: 'compiler', pointer: '', detail, seenIn: [] },
    ])
  } finally {
    await rm(workdir, { recursive: true, force: true })
  }
}
