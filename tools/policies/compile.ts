import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { cacheDirectory } from '../control-plane/cache.js'
import { opaVersion, ruleFiles, sourcesHash } from './sources.ts'

/**
 * Compiles `policies/` to one WebAssembly file with the real `opa`:
 *
 *     npx node tools/policies/compile.ts [--into <folder>]
 *
 * `opa` is built once from tools/policies/go.mod (some minutes) and kept in the cache.
 */
const run = promisify(execFile)
const policies = fileURLToPath(new URL('../../policies/', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))

/** Path of the pinned `opa`; builds it when it is not in the cache. */
export async function opaBinary(): Promise<string> {
  const folder = join(cacheDirectory(), 'opa', await opaVersion())
  const opa = join(folder, 'opa')
  try {
    await run(opa, ['version'])
    return opa
  } catch {
    await mkdir(folder, { recursive: true })
    console.error(`Building opa into ${folder}; this takes some minutes, once.`)
    await run('go', ['install', 'github.com/open-policy-agent/opa'], {
      cwd: here,
      env: { ...process.env, CGO_ENABLED: '0', GOBIN: folder, GOFLAGS: '-mod=readonly' },
    })
    return opa
  }
}

/** Compiles into a folder: policies.wasm, and policies.json that says what it was compiled from. */
export async function compile(into: string): Promise<void> {
  const opa = await opaBinary()
  const work = await mkdtemp(join(tmpdir(), 'kade-policies-'))
  try {
    const sources = await ruleFiles()
    const capabilities = ['--capabilities', 'capabilities.json']
    await run(opa, ['check', '--strict', ...capabilities, ...sources], { cwd: policies })
    const bundle = join(work, 'bundle.tar.gz')
    const target = ['-t', 'wasm', '-e', 'kade/findings', '-o', bundle]
    await run(opa, ['build', ...target, ...capabilities, ...sources], { cwd: policies })
    await run('tar', ['-xzf', bundle, '-C', work, '/policy.wasm'])
    await mkdir(into, { recursive: true })
    await copyFile(join(work, 'policy.wasm'), join(into, 'policies.wasm'))
    const made = {
      opa: await opaVersion(),
      sources: await sourcesHash(),
      entrypoint: 'kade/findings',
    }
    await writeFile(join(into, 'policies.json'), `${JSON.stringify(made, null, 2)}\n`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { into: { type: 'string' } } })
  await compile(values.into ?? join(policies, 'compiled'))
}
