/** What a machine must be for a real node to live on it, and how it becomes that where one command is enough. */
import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { runInOwnNamespaces } from './own-namespaces.js'

const run = promisify(execFile)
const INSTALL_MS = 5 * 60_000
const TRY_MS = 30_000
/** Debian's own updates hold the lock for minutes after the start of a machine. */
const LOCK_WAIT = '-o DPkg::Lock::Timeout=120'

/** What has to be there, and the Debian package that brings it; the first path that exists counts. */
const needed = [
  { files: onPath('setpriv'), package: 'util-linux' },
  { files: onPath('ip'), package: 'iproute2' },
  { files: onPath('iptables'), package: 'iptables' },
  { files: onPath('ipset'), package: 'ipset' },
  { files: onPath('conntrack'), package: 'conntrack' },
  { files: ['/usr/lib/cni/ptp', '/opt/cni/bin/ptp'], package: 'containernetworking-plugins' },
  // Assembles the images.
  { files: onPath('mmdebstrap'), package: 'mmdebstrap' },
  { files: ['/usr/include/seccomp.h'], package: 'libseccomp-dev' },
  { files: onPath('gcc'), package: 'gcc' },
  { files: ['/usr/include/stdlib.h'], package: 'libc6-dev' },
  { files: onPath('pkg-config'), package: 'pkg-config' },
]

function onPath(program) {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map(at => path.join(at, program))
}

/** See real-node-machine.d.ts. */
export async function whyNoRealNode({ report = console.log } = {}) {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'it needs root (namespaces, mounts, control groups)'
  const missing = await missingPackages()
  if (missing.length > 0) {
    const failed = await install(missing, report)
    if (failed) return failed
  }
  return whyNoMachine()
}

async function missingPackages() {
  const missing = []
  for (const { files, package: name } of needed) {
    const there = await Promise.all(files.map(isThere))
    if (!there.some(Boolean)) missing.push(name)
  }
  return missing
}

function isThere(file) {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** Only on Debian and its children: elsewhere the packages have other names. */
async function install(packages, report) {
  const command = `apt-get install -y --no-install-recommends ${LOCK_WAIT} ${packages.join(' ')}`
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID(_LIKE)?=.*debian/m.test(release)) {
    return `it needs what Debian has as ${packages.join(', ')}`
  }
  report(`A real node needs: ${command}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run('apt-get', ['update', '-q'], { env, timeout: INSTALL_MS })
    await run('apt-get', command.split(' ').slice(1), { env, timeout: INSTALL_MS })
  } catch (error) {
    return `"${command}" failed: ${lastLine(error)}`
  }
}

/**
 * What a node and its parts do to their machine, tried in namespaces of its own, where nobody is harmed: the namespaces
 * themselves with their mounts, a control group, and the rules that kube-proxy and kube-router write.
 */
async function whyNoMachine() {
  const hierarchy = '[ -d /sys/fs/cgroup/memory ] && cd /sys/fs/cgroup/memory || cd /sys/fs/cgroup'
  const tries = [
    `${hierarchy}; mkdir "$(basename "$KADE_REAL_NODE")"`,
    'ipset create kade hash:ip',
    'iptables -w -A FORWARD -m set --match-set kade src -m comment --comment kade -j MARK --set-mark 1',
    'iptables -w -A FORWARD -m physdev --physdev-is-bridged -m conntrack --ctstate RELATED -j ACCEPT',
    'iptables -w -t nat -A PREROUTING -m statistic --mode random --probability 0.5 -p tcp -j DNAT --to 127.0.0.1:1',
    'iptables -w -t nat -A POSTROUTING -j MASQUERADE --random-fully',
  ]
  const script = ['timeout', `${TRY_MS / 1000}`, 'sh', '-ec', tries.join('\n')]
  const options = { cwd: '/', env: process.env, stdio: ['ignore', 'pipe', 'pipe'] }
  try {
    const [program, ...args] = script
    const { code, said } = await runInOwnNamespaces(program, args, options)
    if (code === 0) return undefined
    return `its namespaces, mounts, control groups or packet filter do not allow one: ${lastOf(said) || `exit code ${code}`}`
  } catch (error) {
    return `no namespaces of its own can be made: ${lastLine(error)}`
  }
}

function lastLine(error) {
  return lastOf(String(error.stderr || error.message))
}

function lastOf(text) {
  return text.trim().split('\n').at(-1)
}
