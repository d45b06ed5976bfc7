/** The official releases: Kubernetes from its download host, the others from their GitHub releases, all checked by SHA-256. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { versions } from './cache.js'

const run = promisify(execFile)
const PROBE_MS = 5_000
/** For one file; the largest has about 100 MB. */
const FILE_MS = 10 * 60_000

/** Projects of the Kubernetes interest groups whose releases hold one file per program. */
const sigReleases = [
  { project: 'kwok', version: versions.kwok, names: ['kwok', 'kwokctl'] },
  { project: 'metrics-server', version: versions.metricsServer, names: ['metrics-server'] },
]

/** The hosts, each replaceable by a mirror of the same layout. */
export function releaseHosts(env = process.env) {
  return {
    kubernetes: env.KADE_KUBERNETES_RELEASES || 'https://dl.k8s.io/release',
    github: env.KADE_GITHUB || 'https://github.com',
    githubApi: env.KADE_GITHUB_API || 'https://api.github.com',
  }
}

function architecture() {
  return process.arch === 'x64' ? 'amd64' : process.arch
}

function kubernetesUrl(hosts, name) {
  return `${hosts.kubernetes}/${versions.kubernetes}/bin/linux/${architecture()}/${name}`
}

/** Whether the release host answers within five seconds. */
export async function releasesAnswer(hosts) {
  try {
    const url = `${kubernetesUrl(hosts, 'kubectl')}.sha256`
    const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

/** Fills `bin` with all binaries; rejects at the first one that is missing or does not match its checksum. */
export async function downloadBinaries({ hosts, bin, report, signal }) {
  const fetcher = { report, signal }
  const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']
  for (const name of names) {
    const url = kubernetesUrl(hosts, name)
    const sum = firstWord(await text(`${url}.sha256`, signal))
    await fetchFile(fetcher, url, sum, path.join(bin, name))
  }
  await fetchEtcd(fetcher, hosts, bin)
  for (const release of sigReleases) await fetchAssets(fetcher, hosts, bin, release)
}

async function fetchEtcd(fetcher, hosts, bin) {
  const base = `${hosts.github}/etcd-io/etcd/releases/download/${versions.etcd}`
  const name = `etcd-${versions.etcd}-linux-${architecture()}`
  const archive = path.join(bin, `${name}.tar.gz`)
  const sums = await text(`${base}/SHA256SUMS`, fetcher.signal)
  const line = sums.split('\n').find(each => each.trim().endsWith(`${name}.tar.gz`))
  await fetchFile(fetcher, `${base}/${name}.tar.gz`, firstWord(line ?? ''), archive)
  await run('tar', ['-xzf', archive, '-C', bin, '--strip-components=1', `${name}/etcd`])
  await rm(archive)
}

/** These publish no checksum files; GitHub's own record of the release holds the digest of every asset. */
async function fetchAssets(fetcher, hosts, bin, { project, version, names }) {
  const repository = `kubernetes-sigs/${project}`
  const record = `${hosts.githubApi}/repos/${repository}/releases/tags/${version}`
  const { assets = [] } = JSON.parse(await text(record, fetcher.signal))
  const base = `${hosts.github}/${repository}/releases/download/${version}`
  for (const name of names) {
    const file = `${name}-linux-${architecture()}`
    const digest = assets.find(asset => asset.name === file)?.digest ?? ''
    await fetchFile(
      fetcher,
      `${base}/${file}`,
      digest.replace(/^sha256:/, ''),
      path.join(bin, name),
    )
  }
}

function firstWord(line) {
  return line.trim().split(/\s+/)[0] ?? ''
}

async function text(url, signal) {
  const answer = await get(url, signal, 30_000)
  return answer.text()
}

async function get(url, signal, milliseconds) {
  const deadline = AbortSignal.timeout(milliseconds)
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline
  const answer = await fetch(url, { signal: either }).catch(cause => {
    signal?.throwIfAborted()
    throw new Error(`${url} cannot be reached (${cause.cause?.message ?? cause.message}).`, {
      cause,
    })
  })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`)
  return answer
}

/** The file bears its name only after its checksum was right. */
async function fetchFile({ report, signal }, url, sum, file) {
  if (!/^[0-9a-f]{64}$/.test(sum)) throw new Error(`No SHA-256 checksum is published for ${url}.`)
  report(`Downloading ${path.basename(file)}`)
  const answer = await get(url, signal, FILE_MS)
  const partial = `${file}.partial`
  const hash = createHash('sha256')
  await pipeline(
    Readable.fromWeb(answer.body),
    async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(partial),
  )
  const got = hash.digest('hex')
  if (got !== sum) {
    await rm(partial, { force: true })
    throw new Error(`${url} does not match its checksum: ${sum} was published, ${got} came.`)
  }
  await chmod(partial, 0o755)
  await rename(partial, file)
}
