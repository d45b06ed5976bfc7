/**
 * Completes package-lock.json after a change of dependencies: `node tools/start/complete-lock.js`.
 *
 * A registry mirror may hold the packages for its own platform only. npm then writes a lock file without the optional
 * packages of the other platforms, and `npm ci` refuses that file everywhere. Their names and versions stand with the
 * packages that ask for them, and their platform in their name, so the entries can be written without the registry.
 * It also removes the addresses of whichever registry was used.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const SYSTEMS = [
  'linux',
  'darwin',
  'win32',
  'windows',
  'android',
  'freebsd',
  'netbsd',
  'openbsd',
  'sunos',
  'aix',
  'openharmony',
]
const PROCESSORS = [
  'x64',
  'arm64',
  'arm',
  'armv7',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
]

/** Adds the missing entries to `lock` and answers their places. */
export function completeLock(lock) {
  const { packages } = lock
  const added = []
  for (const [at, { optionalDependencies = {}, version }] of Object.entries(packages)) {
    for (const [name, spec] of Object.entries(optionalDependencies)) {
      const platform = platformOf(name)
      if (!platform || isResolved(packages, at, name)) continue
      const place = placeBeside(packages, at, Object.keys(optionalDependencies), name)
      packages[place] = { version: exact(spec, version), optional: true, ...platform }
      added.push(place)
    }
  }
  for (const entry of Object.values(packages)) {
    if (/^https?:/.test(entry.resolved ?? '')) delete entry.resolved
  }
  lock.packages = Object.fromEntries(
    Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  )
  return added
}

/** Operating system, processor and C library as the name of a platform package tells them; undefined for other names. */
function platformOf(name) {
  const words = name.split(/[-/@]/)
  const system = SYSTEMS.find(each => words.includes(each))
  const processor = PROCESSORS.find(each =>
    words.some(word => word === each || word === `${each}hf`),
  )
  const isArm = words.some(word => /^(arm|armv7)$/.test(word))
  if (words.includes('wasm32')) return { cpu: ['wasm32'] }
  if (!system) return undefined
  const musl = words.some(word => word.startsWith('musl'))
  return {
    os: [system === 'windows' ? 'win32' : system],
    ...(processor ? { cpu: [isArm ? 'arm' : processor] } : {}),
    ...(musl ? { libc: ['musl'] } : {}),
  }
}

/** Whether Node's way of looking up from `at` finds the package. */
function isResolved(packages, at, name) {
  for (let from = at; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    if (packages[join(from, name)]) return true
    if (!from.includes('/node_modules/')) return Boolean(packages[join('', name)])
  }
}

/** Where npm put a sibling for our own platform, there the others go too. */
function placeBeside(packages, at, siblings, name) {
  const nested = siblings.some(sibling => packages[join(at, sibling)])
  return join(nested ? at : '', name)
}

function join(at, name) {
  return at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
}

function exact(spec, otherwise) {
  return /^\d/.test(spec) ? spec : otherwise
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
  const lock = JSON.parse(await readFile(file, 'utf8'))
  const added = completeLock(lock)
  await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`${added.length} entries added to package-lock.json`)
}
