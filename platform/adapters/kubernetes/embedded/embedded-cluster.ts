/**
 * One control plane of our own: real etcd, kube-apiserver, controller manager, scheduler and metrics-server, and kwok's
 * simulated nodes.
 *
 *   absent ──create──▶ made ──start──▶ running ──stop──▶ made
 *
 * `made.json` in the cluster's directory says that creating went through to the end; a directory without it was never
 * handed to anyone and is removed. A start first looks for processes that outlived their Kade: all there and ready, they
 * are taken over; else they are ended and started again on the data that etcd kept.
 */
import {
  appendFile,
  chmod,
  mkdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { placeOf } from './clusters.ts'
import {
  COMPONENTS,
  componentProcesses,
  dropStalePidFiles,
  endComponents,
  LEFTOVER_PATIENCE_MS,
} from './component-processes.ts'
import { remindOfPods } from './forgotten-pods.ts'
import {
  allFree,
  asDocuments,
  type ClusterGround,
  choosePorts,
  kubeconfigOf,
  kwokctlConfig,
  type Ports,
  rewriteFiles,
  runProgram,
} from './kwokctl.ts'
import { metricsApi, startMetricsServer } from './metrics-server.ts'
import {
  type Manifest,
  simulatedLog,
  simulatedNodes,
  simulatedStorageClass,
  simulationConfig,
} from './simulation.ts'

export type EmbeddedClusterOptions = {
  /** Names its directory; `amsterdam`, `paris` and `warsaw` have a place in the world (clusters.ts). */
  name: string
  /** $KADE_HOME. */
  home: string
  /** The directory of a complete set of control plane binaries. */
  binaries: string
  /** Lifts the client limits of the components: for benches, which would measure nothing else otherwise. */
  disableQpsLimits?: boolean
  /** General nodes beyond the usual three. */
  extraNodes?: number
  /** kwok `Stage` objects that play failures; only tests set them. They count when the cluster is created. */
  stages?: readonly Manifest[]
  signal?: AbortSignal
}

export type EmbeddedCluster = {
  name: string
  /** `$KADE_HOME/clusters/<name>/kubeconfig.yaml`, readable by its owner alone. */
  kubeconfigPath: string
  /** Ends all processes of the cluster; its data stays. */
  stop(): Promise<void>
}

const START_DEADLINE_MS = 90_000
/** Clusters made by an earlier Kade have no port for metrics-server. */
type Made = { ports: Omit<Ports, 'metricsServerPort'> & Partial<Ports> }

/** Creates, starts or takes over a cluster; resolves when its API is ready and its nodes are. Rejects with the cause and the end of the log at fault. */
export async function startEmbeddedCluster(
  options: EmbeddedClusterOptions,
): Promise<EmbeddedCluster> {
  const home = path.resolve(options.home)
  const deadline = AbortSignal.timeout(START_DEADLINE_MS)
  const ground: ClusterGround = {
    name: options.name,
    home,
    workdir: path.join(home, 'clusters', options.name),
    binaries: path.resolve(options.binaries),
    signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
  }
  try {
    await bringUp(ground, options)
  } catch (cause) {
    const why = deadline.aborted ? `not ready within ${START_DEADLINE_MS / 1000} s` : text(cause)
    const log = await logOfTheMissing(ground.workdir)
    await endLeftovers(ground)
    options.signal?.throwIfAborted()
    throw new Error(`The embedded cluster ${options.name} did not start: ${why}${log}`, { cause })
  }
  return {
    name: options.name,
    kubeconfigPath: kubeconfigOf(ground.workdir),
    stop: () => endComponents(ground.workdir),
  }
}

async function bringUp(ground: ClusterGround, options: EmbeddedClusterOptions): Promise<void> {
  const made = await readMade(ground.workdir)
  const ports = await begin(ground, options, made)
  const place = placeOf(ground.name)
  const objects = [
    ...simulatedNodes(place, options.extraNodes),
    simulatedStorageClass,
    ...metricsApi(ports.metricsServerPort),
  ]
  await kubectl(ground, ['apply', '--server-side', '--force-conflicts', '-f', '-'], objects)
  await kubectl(ground, ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s'])
  // The controllers make it a moment after the namespace, and no pod is admitted before.
  await kubectl(ground, ['wait', '--for=create', 'serviceaccount/default', '--timeout=60s'])
  if (made) await remindOfPods(args => kubectl(ground, args))
}

/** Makes, starts or takes over the processes; answers where they listen. */
async function begin(
  ground: ClusterGround,
  options: EmbeddedClusterOptions,
  made: Made | undefined,
): Promise<Ports> {
  if (made && hasAllPorts(made.ports) && (await isRunning(ground))) return made.ports
  await endLeftovers(ground)
  if (!made) await rm(ground.workdir, { recursive: true, force: true })
  const ports = made ? await startAgain(ground, made) : await create(ground, options)
  startMetricsServer(ground.workdir, ports.metricsServerPort)
  return ports
}

function hasAllPorts(ports: Made['ports']): ports is Ports {
  return ports.metricsServerPort !== undefined
}

function endLeftovers(ground: ClusterGround): Promise<void> {
  return endComponents(ground.workdir, { patience: LEFTOVER_PATIENCE_MS })
}

async function create(ground: ClusterGround, options: EmbeddedClusterOptions): Promise<Ports> {
  await mkdir(path.dirname(ground.workdir), { recursive: true, mode: 0o700 })
  await mkdir(ground.workdir, { mode: 0o700 })
  const ports = await choosePorts()
  const config = path.join(ground.workdir, 'kwokctl.yaml')
  const documents = kwokctlConfig(ground, ports, {
    disableQpsLimits: options.disableQpsLimits ?? false,
  })
  await writeFile(config, asDocuments(documents))
  // An empty --kubeconfig keeps kwokctl from writing into ~/.kube/config. No leases on nodes: with them a restarted
  // kwok-controller plays no pod for the 200 s that those of its predecessor last (zero counts as a flag only).
  const flags = ['--kubeconfig', '', '--node-lease-duration-seconds', '0']
  await kwokctl(ground, 'create', ['--config', config, ...flags])
  const logs = path.join(ground.workdir, 'simulated.log')
  await writeFile(logs, simulatedLog(new Date()))
  // Given at creation, a stage would replace kwok's own; so they are added to the file its controller reads.
  const additions = [...simulationConfig(logs), ...(options.stages ?? [])]
  await appendFile(path.join(ground.workdir, 'kwok.yaml'), `\n${asDocuments(additions)}`)
  await chmod(kubeconfigOf(ground.workdir), 0o600)
  await writeFile(madeFile(ground.workdir), JSON.stringify({ ports } satisfies Made))
  await endComponents(ground.workdir, { only: 'kwok-controller' })
  await relinkBinaries(ground)
  await kwokctl(ground, 'start', [])
  return ports
}

async function startAgain(ground: ClusterGround, made: Made): Promise<Ports> {
  const kept = hasAllPorts(made.ports) && (await allFree(made.ports)) ? made.ports : undefined
  const ports = kept ?? (await choosePorts())
  if (!kept) {
    const chosen: Record<string, number> = ports
    const words = Object.entries(made.ports).map(([name, port]): [string, string] => [
      String(port),
      String(chosen[name]),
    ])
    await rewriteFiles(ground.workdir, new Map(words))
    await writeFile(madeFile(ground.workdir), JSON.stringify({ ports } satisfies Made))
  }
  await relinkBinaries(ground)
  await dropStalePidFiles(ground.workdir)
  await kwokctl(ground, 'start', [])
  return ports
}

/** kwokctl runs what the links in `bin` point to; the cache they point into may have moved or been renewed. */
async function relinkBinaries(ground: ClusterGround): Promise<void> {
  for (const component of COMPONENTS) {
    const link = path.join(ground.workdir, 'bin', component)
    const program = component === 'kwok-controller' ? 'kwok' : component
    const target = path.join(ground.binaries, program)
    if ((await readlink(link).catch(() => '')) === target) continue
    await rm(link, { force: true })
    await symlink(target, link)
  }
}

async function isRunning(ground: ClusterGround): Promise<boolean> {
  const alive = await componentProcesses(ground.workdir)
  if (!COMPONENTS.every(name => alive.some(found => found.name === name))) return false
  return kubectl(ground, ['get', '--raw', '/readyz', '--request-timeout=5s']).then(
    () => true,
    () => false,
  )
}

async function kwokctl(ground: ClusterGround, verb: string, args: string[]): Promise<void> {
  const wait = ['--wait', '80s', '--name', ground.name]
  await runProgram(ground, 'kwokctl', [verb, 'cluster', ...wait, ...args])
}

function kubectl(
  ground: ClusterGround,
  args: string[],
  input: readonly Manifest[] = [],
): Promise<string> {
  const all = ['--kubeconfig', kubeconfigOf(ground.workdir), ...args]
  return runProgram(ground, 'kubectl', all, asDocuments(input))
}

function madeFile(workdir: string): string {
  return path.join(workdir, 'made.json')
}

async function readMade(workdir: string): Promise<Made | undefined> {
  const file = await readFile(madeFile(workdir), 'utf8').catch(() => undefined)
  return file === undefined ? undefined : JSON.parse(file)
}

async function logOfTheMissing(workdir: string): Promise<string> {
  const alive = await componentProcesses(workdir).catch(() => [])
  // Reversed, because what the others stand on fails first: etcd, then the API server.
  const missing = [...COMPONENTS].reverse().find(name => !alive.some(found => found.name === name))
  if (!missing) return ''
  const file = path.join(workdir, 'logs', `${missing}.log`)
  const lines = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-5)
  return `\n${missing} is not running. Its log ${file} ends:\n${lines.join('\n')}`
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
