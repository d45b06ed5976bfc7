import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { type ImageDefinition, NEWEST, PATH } from './definition.ts'

const run = promisify(execFile)
const INSTALL_MS = 20 * 60_000
/** Where the build's own things are seen inside; nothing of it comes into the image. */
const INSIDE = '/mnt'

/** What reaches the registries where the machine has a mirror, a proxy or an authority of its own. */
const passedOn = /^((https?|no)_proxy|(PIP|UV)_(EXTRA_)?INDEX_URL|UV_(DEFAULT_)?INDEX)$/i

/**
 * In a mount namespace of its own, so that a build that is killed leaves no mount behind; `--kill-child` ends what runs inside.
 * `$1` is the root file system, `$2` the layer that is written over it, or nothing to write into the root itself.
 */
const enter = `
set -eu
root=$1 layer=$2 outside=$3 authorities=$4
if [ -n "$layer" ]; then
  mount -t overlay overlay -o "lowerdir=$root,upperdir=$layer/upper,workdir=$layer/work" "$layer/merged"
  root=$layer/merged
fi
mount -t tmpfs -o mode=755 tmpfs "$root${INSIDE}"
mkdir "$root${INSIDE}/kade"
mount --bind "$outside" "$root${INSIDE}/kade"
cp "$authorities" "$root${INSIDE}/authorities.crt"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
exec chroot "$root" /bin/sh -euc "$5"
`

/** Runs shell lines as root inside `root`; `outside` is the cache, seen there as /mnt/kade. */
export async function insideRoot(
  given: { root: string; layer?: string; outside: string },
  script: string,
): Promise<void> {
  const authorities = process.env.SSL_CERT_FILE ?? '/etc/ssl/certs/ca-certificates.crt'
  const certificates = `${INSIDE}/authorities.crt`
  const env = {
    PATH,
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    SSL_CERT_FILE: certificates,
    PIP_CERT: certificates,
    UV_CACHE_DIR: `${INSIDE}/kade/uv-cache`,
    UV_LINK_MODE: 'copy',
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
  }
  // Whatever becomes of this process, the build does not outlive it.
  const bound = ['--pdeathsig', 'KILL', '--', 'unshare']
  const apart = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']
  const words = [given.root, given.layer ?? '', given.outside, authorities, script]
  await run('setpriv', [...bound, ...apart, '--', '/bin/sh', '-c', enter, 'enter', ...words], {
    env,
    timeout: INSTALL_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
}

function pythonLines({ packages, at, alone }: NonNullable<ImageDefinition['python']>): string[] {
  const uv = `${INSIDE}/kade/uv/bin/uv`
  const where = at ? `--python ${at}/bin/python` : '--system --break-system-packages'
  // Compiled now, as pip does it: on a root that cannot be written it would be done again at every start.
  const how = `--only-binary :all: --exclude-newer ${NEWEST} --compile-bytecode${alone ? ' --no-deps' : ''}`
  const what = packages.map(each => `'${each}'`).join(' ')
  return [...(at ? [`${uv} venv ${at}`] : []), `${uv} pip install ${where} ${how} ${what}`]
}

async function place(upper: string, files: NonNullable<ImageDefinition['files']>): Promise<void> {
  for (const [name, { text, mode = 0o644 }] of Object.entries(files)) {
    const file = path.join(upper, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
    await chmod(file, mode)
  }
}

/** Overlay marks what was deleted by a device; an image layer would need another mark, and no definition deletes anything. */
async function nothingDeleted(upper: string): Promise<void> {
  const { stdout } = await run('find', [upper, '-type', 'c'])
  if (stdout === '') return
  const gone = stdout
    .trim()
    .split('\n')
    .map(file => file.replace(upper, ''))
  throw new Error(
    `An image may not delete files of its base: ${gone.join(', ')}. Leave them there.`,
  )
}

/** Installs a definition over the base in a directory below `work`; answers the directory whose content is the layer. */
export async function installOver(
  definition: ImageDefinition,
  { root, work, outside }: { root: string; work: string; outside: string },
): Promise<string> {
  const layer = await mkdtemp(path.join(work, 'layer-'))
  const upper = path.join(layer, 'upper')
  for (const name of ['upper', 'work', 'merged']) await mkdir(path.join(layer, name))
  const { python, files, run: commands } = definition
  if (python) await insideRoot({ root, layer, outside }, pythonLines(python).join('\n'))
  // After the packages, so that a file may stand in place of one of theirs.
  if (files) await place(upper, files)
  if (commands) await insideRoot({ root, layer, outside }, commands.join('\n'))
  await nothingDeleted(upper)
  return upper
}
