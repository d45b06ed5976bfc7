import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import {
  type EmbeddedCluster,
  startEmbeddedCluster,
} from '#platform/adapters/kubernetes/embedded/embedded-cluster.ts'
import { controlPlaneBinaries } from '#tests/support/control-plane.ts'
import { plays, podStages } from '#tests/support/pod-stages.ts'

const run = promisify(execFile)
let home: string
let workdir: string
let binaries: string
let cluster: EmbeddedCluster

beforeAll(async () => {
  binaries = await controlPlaneBinaries()
  home = await mkdtemp(path.join(tmpdir(), 'kade-embedded-'))
  workdir = path.join(home, 'clusters', 'amsterdam')
  cluster = await start()
})

afterAll(async () => {
  await cluster?.stop()
  await rm(home, { recursive: true, force: true })
})

function start(): Promise<EmbeddedCluster> {
  return startEmbeddedCluster({ name: 'amsterdam', home, binaries, stages: podStages })
}

async function kubectl(args: string[], input?: object): Promise<string> {
  const child = run(path.join(binaries, 'kubectl'), [
    '--kubeconfig',
    cluster.kubeconfigPath,
    ...args,
  ])
  child.child.stdin?.end(input ? JSON.stringify(input) : '')
  return (await child).stdout
}

async function createPod(name: string, labels: Record<string, string> = {}): Promise<void> {
  await kubectl(['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
  })
}

async function pids(): Promise<number[]> {
  return (await componentProcesses(workdir)).map(found => found.pid).sort()
}

async function writeMark(value: string): Promise<void> {
  const mark = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mark' }, data: { value } }
  await kubectl(['apply', '-f', '-'], mark)
}

function readMark(): Promise<string> {
  return kubectl(['get', 'configmap', 'mark', '-o', 'jsonpath={.data.value}'])
}

test('the nodes have capacity, a place in the world, and say that they are simulated', async () => {
  const nodes: {
    items: {
      metadata: { labels: Record<string, string> }
      status: { allocatable: Record<string, string> }
    }[]
  } = JSON.parse(await kubectl(['get', 'nodes', '-o', 'json']))
  expect(nodes.items.length).toBeGreaterThanOrEqual(3)
  for (const { metadata } of nodes.items) {
    expect(metadata.labels).toMatchObject({
      'topology.kubernetes.io/region': 'eu-nl',
      'kade.dev/simulated': 'true',
    })
  }
  expect(nodes.items.filter(node => node.status.allocatable['nvidia.com/gpu'])).toHaveLength(1)
})

test('the kubeconfig is readable by its owner alone and the API listens on loopback only', async () => {
  expect((await stat(cluster.kubeconfigPath)).mode & 0o777).toBe(0o600)
  const listening = (await run('cat', ['/proc/net/tcp', '/proc/net/tcp6'])).stdout
  const { port } = new URL(
    await kubectl(['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}']),
  )
  const hex = Number(port).toString(16).toUpperCase().padStart(4, '0')
  const listeners = listening
    .split('\n')
    .filter(line => line.includes(`:${hex} `) && / 0A /.test(line))
  expect(listeners.length).toBeGreaterThan(0)
  for (const line of listeners) expect(line).toContain(`0100007F:${hex}`)
})

test('an ordinary pod becomes ready and its simulated log is served', async () => {
  await createPod('ordinary')
  await kubectl(['wait', '--for=condition=Ready', 'pod/ordinary', '--timeout=30s'])
  expect(await kubectl(['logs', 'ordinary'])).toContain('This pod is simulated')
})

test('the standard metrics API tells that a container takes half of what it asks for', async () => {
  const requests = { cpu: '200m', memory: '256Mi' }
  await kubectl(['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'busy' },
    spec: { containers: [{ name: 'main', image: 'app:1', resources: { requests } }] },
  })
  const usage = async () => {
    const path = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/busy'
    return JSON.parse(await kubectl(['get', '--raw', path]).catch(() => '{}'))
  }
  await expect
    .poll(usage, { timeout: 90_000, interval: 1_000 })
    .toMatchObject({ containers: [{ name: 'main', usage: { memory: '128Mi' } }] })
}, 100_000)

test('a claim gets a simulated volume, its pod becomes ready, and the volume goes with the claim', async () => {
  await kubectl(['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })
  await kubectl(['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'with-data' },
    spec: {
      containers: [
        { name: 'main', image: 'app:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  })
  await kubectl(['wait', '--for=condition=Ready', 'pod/with-data', '--timeout=30s'])
  const volume = await kubectl(['get', 'pvc', 'data', '-o', 'jsonpath={.spec.volumeName}'])
  await kubectl(['delete', 'pod/with-data', 'pvc/data', '--timeout=30s'])
  await kubectl(['wait', '--for=delete', `pv/${volume}`, '--timeout=30s'])
})

test.for([
  ['image-pull-failure', 'Pending', '{.state.waiting.reason}', 'ImagePullBackOff'],
  ['crash-loop', 'Running', '{.state.waiting.reason}', 'CrashLoopBackOff'],
  ['never-ready', 'Running', '{.ready}', 'false'],
] as const)('a pod that plays %s stays %s', async ([failure, phase, field, expected]) => {
  await createPod(failure, plays(failure))
  await kubectl(['wait', `--for=jsonpath={.status.phase}=${phase}`, `pod/${failure}`])
  const path_ = `jsonpath={.status.containerStatuses[0]${field.slice(1)}`
  await kubectl(['wait', `--for=${path_}=${expected}`, `pod/${failure}`, '--timeout=30s'])
  const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
  expect(await kubectl(['get', 'pod', failure, '-o', ready])).toBe('False')
})

test('more Services fit than the 250 of a /24', async () => {
  const items = Array.from({ length: 300 }, (_, number) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `service-${number}` },
    spec: { ports: [{ port: 80 }] },
  }))
  await kubectl(['create', '-f', '-'], { apiVersion: 'v1', kind: 'List', items })
})

test('a start beside living components takes them over without a restart', async () => {
  const before = await pids()
  expect(before).toHaveLength(6)
  cluster = await start()
  expect(await pids()).toEqual(before)
})

test('stop leaves no process, and the next start has the data that was there', async () => {
  await writeMark('kept')
  await cluster.stop()
  expect(await pids()).toEqual([])
  cluster = await start()
  expect(await readMark()).toBe('kept')
})

test('after a SIGKILL of some components the next start ends the rest and keeps the data', async () => {
  await writeMark('killed')
  for (const { pid, name } of await componentProcesses(workdir)) {
    if (name === 'etcd' || name === 'kube-apiserver') process.kill(pid, 'SIGKILL')
  }
  cluster = await start()
  expect(await readMark()).toBe('killed')
  expect(await pids()).toHaveLength(6)
  await createPod('after-kill')
  await kubectl(['wait', '--for=condition=Ready', 'pod/after-kill', '--timeout=30s'])
})

test('a port that someone else took meanwhile is replaced and the data is still there', async () => {
  await writeMark('moved')
  const { port } = new URL(
    await kubectl(['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}']),
  )
  await cluster.stop()
  const thief = await listenOn(Number(port))
  try {
    cluster = await start()
    expect(await readMark()).toBe('moved')
  } finally {
    thief.close()
  }
})

test('a first start that was killed halfway is begun again', async () => {
  await cluster.stop()
  await rm(path.join(workdir, 'made.json'))
  cluster = await start()
  expect(await readdir(workdir)).toContain('made.json')
  await expect(readMark()).rejects.toThrow('not found')
})

test('a start that cannot succeed names the component and shows the end of its log', async () => {
  const otherHome = await mkdtemp(path.join(tmpdir(), 'kade-embedded-'))
  try {
    const failing = startEmbeddedCluster({ name: 'broken', home: otherHome, binaries: otherHome })
    await expect(failing).rejects.toThrow('The embedded cluster broken did not start')
  } finally {
    await rm(otherHome, { recursive: true, force: true })
  }
})

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
