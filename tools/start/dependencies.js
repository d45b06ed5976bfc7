/** The npm packages of this checkout: there, or got by `npm ci`. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { runProgram } from './run-program.js'

/** Whether node_modules holds exactly what package-lock.json asks for, by npm's own record of what it installed. */
export async function areDependenciesCurrent(root) {
  try {
    const wanted = (await json(path.join(root, 'package-lock.json'))).packages
    const installed = (await json(path.join(root, 'node_modules', '.package-lock.json'))).packages
    await readFile(path.join(root, 'node_modules', 'node', 'package.json'))
    return sameVersions(wanted, installed)
  } catch {
    return false
  }
}

/** Optional packages may be absent: they are for other machines. */
export function sameVersions(wanted, installed) {
  for (const [at, entry] of Object.entries(wanted)) {
    if (at === '' || entry.link) continue
    const found = installed[at]
    if (!found && !(entry.optional || entry.peer)) return false
    if (found && found.version !== entry.version) return false
  }
  return Object.keys(installed).every(at => at in wanted)
}

export async function installDependencies(root, signal) {
  const [program, before] = npmCommand(process.env)
  const args = [
    ...before,
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  // Asked for by name, since NODE_ENV=production or a user's settings would leave them out.
  await runProgram(program, args, { cwd: root, signal })
}

/** The npm that started us, so that no other one on the PATH is used. */
export function npmCommand(env) {
  const npm = env.npm_execpath
  return npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
}

/** The Node 24 that runs our TypeScript; it comes as an npm package. */
export function nodeProgram(root) {
  return path.join(root, 'node_modules', 'node', 'bin', 'node')
}

async function json(file) {
  return JSON.parse(await readFile(file, 'utf8'))
}
