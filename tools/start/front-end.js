/** The portal as static files in .output/public, built again only when what it is made of changed. */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { nodeProgram } from './dependencies.js'
import { runProgram } from './run-program.js'

const INPUTS = ['app', 'api', 'nuxt.config.ts', 'package-lock.json']

export async function isFrontEndCurrent(root) {
  const built = await readFile(stampFile(root), 'utf8').catch(() => undefined)
  return built !== undefined && built === (await inputsDigest(root))
}

/** `nuxt generate`; the digest is taken before, so that a change made meanwhile is seen the next time. */
export async function buildFrontEnd(root, signal) {
  const digest = await inputsDigest(root)
  const nuxt = path.join(root, 'node_modules', 'nuxt', 'bin', 'nuxt.mjs')
  const env = { ...process.env, NUXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  await runProgram(nodeProgram(root), [nuxt, 'generate'], { cwd: root, env, signal })
  await writeFile(stampFile(root), digest)
}

function stampFile(root) {
  return path.join(root, '.output', 'public.inputs')
}

/** One digest over the paths and contents of everything the portal is built from. */
export async function inputsDigest(root, inputs = INPUTS) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of (await filesUnder(path.join(root, input))).sort()) {
      hash.update(`${path.relative(root, file)}\0`)
      hash.update(await readFile(file))
      hash.update('\0')
    }
  }
  return hash.digest('hex')
}

async function filesUnder(at) {
  const entries = await readdir(at, { withFileTypes: true }).catch(() => undefined)
  if (!entries)
    return readFile(at).then(
      () => [at],
      () => [],
    )
  const lists = await Promise.all(
    entries.map(entry => {
      const below = path.join(at, entry.name)
      return entry.isDirectory() ? filesUnder(below) : [below]
    }),
  )
  return lists.flat().filter(file => !file.endsWith('.test.ts'))
}
