import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { binaryNames, cachedBinaries, setName, versions } from './cache.js'
import { getBinaries } from './get-binaries.js'

const run = promisify(execFile)
const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const programs = '/usr/bin:/bin'

let directory: string
let releases: Map<string, Buffer>
let asked: string[]
let server: Server
let lines: string[]
let env: NodeJS.ProcessEnv

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'kade-binaries-'))
  await mkdir(path.join(directory, 'programs'))
  lines = []
  asked = []
  releases = await releaseLayout()
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const body = releases.get(request.url ?? '')
    response.writeHead(body ? 200 : 404).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  env = environment((server.address() as AddressInfo).port)
})

afterEach(async () => {
  server.close()
  await rm(directory, { recursive: true, force: true })
})

function environment(port: number): NodeJS.ProcessEnv {
  return {
    PATH: `${path.join(directory, 'programs')}:${programs}`,
    HOME: directory,
    KADE_CACHE: path.join(directory, 'cache'),
    KADE_KUBERNETES_RELEASES: `http://127.0.0.1:${port}/release`,
    KADE_GITHUB: `http://127.0.0.1:${port}/github`,
    KADE_GITHUB_API: `http://127.0.0.1:${port}/api`,
  }
}

/** Every file and checksum where the real hosts have them; a binary's content is its name. */
async function releaseLayout(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const kubernetes = `/release/${versions.kubernetes}/bin/linux/${architecture}`
  for (const name of binaryNames.filter(each => each.startsWith('kube'))) {
    files.set(`${kubernetes}/${name}`, Buffer.from(name))
    files.set(`${kubernetes}/${name}.sha256`, Buffer.from(sha256(Buffer.from(name))))
  }
  const etcd = `etcd-${versions.etcd}-linux-${architecture}`
  const etcdBase = `/github/etcd-io/etcd/releases/download/${versions.etcd}`
  const archive = await etcdArchive(etcd)
  files.set(`${etcdBase}/${etcd}.tar.gz`, archive)
  files.set(`${etcdBase}/SHA256SUMS`, Buffer.from(`${sha256(archive)}  ${etcd}.tar.gz\n`))
  addSigRelease(files, 'kwok', versions.kwok, ['kwok', 'kwokctl'])
  addSigRelease(files, 'metrics-server', versions.metricsServer, ['metrics-server'])
  return files
}

function addSigRelease(
  files: Map<string, Buffer>,
  project: string,
  version: string,
  names: string[],
): void {
  const assets = []
  for (const name of names) {
    const file = `${name}-linux-${architecture}`
    const url = `/github/kubernetes-sigs/${project}/releases/download/${version}/${file}`
    files.set(url, Buffer.from(name))
    assets.push({ name: file, digest: `sha256:${sha256(Buffer.from(name))}` })
  }
  const record = `/api/repos/kubernetes-sigs/${project}/releases/tags/${version}`
  files.set(record, Buffer.from(JSON.stringify({ assets })))
}

async function etcdArchive(name: string): Promise<Buffer> {
  await mkdir(path.join(directory, name))
  await writeFile(path.join(directory, name, 'etcd'), 'etcd', { mode: 0o755 })
  const file = path.join(directory, 'etcd.tar.gz')
  await run('tar', ['-czf', file, '-C', directory, name])
  return readFile(file)
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function get(): Promise<string> {
  return getBinaries({ env, report: line => lines.push(line) })
}

/** A program called `go` that does what `script` says when asked to install, and claims to be Go 1.26. */
async function installGo(script: string): Promise<void> {
  const file = path.join(directory, 'programs', 'go')
  await writeFile(file, `#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.0; exit; fi\n${script}\n`)
  await chmod(file, 0o755)
}

const goInstalls = `touch "\${GOTMPDIR:?}/object"
for each in etcd ${binaryNames.join(' ')}; do
  name=$each; [ $each = etcd ] && name=server
  echo built-$each > "$GOBIN/$name"; chmod +x "$GOBIN/$name"
done`

test('the official releases are downloaded once and come from the cache after that', async () => {
  const bin = await get()
  expect((await readdir(bin)).sort()).toEqual([...binaryNames].sort())
  expect(await readFile(path.join(bin, 'etcd'), 'utf8')).toBe('etcd')
  const before = asked.length
  expect(await get()).toBe(bin)
  expect(asked).toHaveLength(before)
  expect(await readdir(path.dirname(path.dirname(bin)))).toEqual([setName])
})

test('a download that does not match its checksum is never used; Go builds the binaries instead', async () => {
  await installGo(goInstalls)
  const kubectl = `/release/${versions.kubernetes}/bin/linux/${architecture}/kubectl`
  releases.set(kubectl, Buffer.from('something else'))
  const bin = await get()
  expect(await readFile(path.join(bin, 'kubectl'), 'utf8')).toBe('built-kubectl\n')
  expect(lines.join('\n')).toContain('does not match its checksum')
})

test('a release without a published checksum is not used', async () => {
  await installGo('echo "cannot reach the module proxy" >&2; exit 1')
  releases.set(
    `/api/repos/kubernetes-sigs/kwok/releases/tags/${versions.kwok}`,
    Buffer.from('{"assets":[]}'),
  )
  await expect(get()).rejects.toThrow('Go could not build the control plane')
  expect(lines.join('\n')).toContain('No SHA-256 checksum is published')
})

test('without the release hosts Go builds, and its "server" is called etcd', async () => {
  await installGo(goInstalls)
  releases.clear()
  const bin = await get()
  expect(await readFile(path.join(bin, 'etcd'), 'utf8')).toBe('built-etcd\n')
  expect(await readdir(bin)).not.toContain('server')
  expect((await readdir(path.dirname(bin))).sort()).toEqual(['bin', 'complete.json'])
})

test('a failed build ends in what Go said and leaves nothing that could pass for complete', async () => {
  const begun = 'touch "$GOTMPDIR/object" "$GOBIN/kubectl" || exit 1'
  await installGo(`${begun}; echo "no space left on device" >&2; exit 1`)
  releases.clear()
  await expect(get()).rejects.toThrow('no space left on device')
  expect(await cachedBinaries(env)).toBeUndefined()
  expect(await readdir(path.join(directory, 'cache', 'control-plane'))).toEqual([])
})

test('a set of which a file was cut short does not count as cached', async () => {
  const bin = await get()
  await writeFile(path.join(bin, 'kwok'), '')
  expect(await cachedBinaries(env)).toBeUndefined()
  expect(await readFile(path.join(await get(), 'kwok'), 'utf8')).toBe('kwok')
})

test('a second process waits for the first, says what it says, and uses what it made', async () => {
  const gate = path.join(directory, 'gate')
  // `mkdir` fails the second time: only one process may build.
  const onlyOnce = `mkdir ${gate}.begun || exit 1`
  await installGo(`${onlyOnce}\nwhile [ ! -e ${gate} ]; do sleep 0.05; done\n${goInstalls}`)
  releases.clear()
  const child = spawn(process.execPath, [new URL('./get-binaries.js', import.meta.url).pathname], {
    env,
  })
  const [said] = await once(child.stdout, 'data')
  expect(String(said)).toContain('do not answer')
  const waiting = get()
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(0)
  await writeFile(gate, '')
  const bin = await waiting
  expect(await readFile(path.join(bin, 'etcd'), 'utf8')).toBe('built-etcd\n')
  if (child.exitCode === null) await once(child, 'exit')
  expect(child.exitCode).toBe(0)
})

test('the work of a builder that was killed is begun again by the next', async () => {
  await installGo('touch "$GOBIN/half"; exec sleep 600')
  releases.clear()
  const child = spawn(process.execPath, [new URL('./get-binaries.js', import.meta.url).pathname], {
    env,
    detached: true,
  })
  const root = path.join(directory, 'cache', 'control-plane')
  const half = async () =>
    (await readdir(root, { recursive: true })).some(at => at.endsWith('half'))
  await expect.poll(() => half().catch(() => false), { timeout: 10_000 }).toBe(true)
  process.kill(-Number(child.pid), 'SIGKILL')
  await once(child, 'exit')
  await installGo(goInstalls)
  const bin = await get()
  expect((await readdir(bin)).sort()).toEqual([...binaryNames].sort())
  expect(await readdir(root)).toEqual([setName])
})

test('a set without releases is built, each of its builds with what it asks for', async () => {
  await installGo(`for last; do :; done
    echo "$CGO_ENABLED $*" > "$GOBIN/$(basename "$last")"; chmod +x "$GOBIN/$(basename "$last")"`)
  const set = {
    name: 'tools',
    title: 'some tools',
    release: '1',
    versions: {},
    binaries: ['one', 'other'],
    builds: [
      { module: directory, packages: ['example.org/one'] },
      { module: directory, packages: ['example.org/other'], cgo: true, tags: 'seccomp' },
    ],
    renamed: {},
    duration: 'a moment',
  }
  const bin = await getBinaries({ env, set, report: line => lines.push(line) })
  expect(bin).toBe(path.join(directory, 'cache', 'tools', '1', 'bin'))
  expect(await readFile(path.join(bin, 'one'), 'utf8')).toMatch(/^0 .*example\.org\/one$/m)
  expect(await readFile(path.join(bin, 'other'), 'utf8')).toMatch(/^1 .*-tags seccomp .*other$/m)
  expect(asked).toEqual([])
  expect(lines[0]).toBe('Building some tools with Go: a moment')
  expect(await cachedBinaries(env)).toBeUndefined()
})
