import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePorts, isPortFree } from '../../loopback-ports.ts'
import type { Manifest } from './simulation.ts'

const run = promisify(execFile)

/** What one start of a cluster needs: where it lives and the programs it is made of. */
export type ClusterGround = {
  name: string
  /** $KADE_HOME, which is kwokctl's work directory. */
  home: string
  /** `$KADE_HOME/clusters/<name>`. */
  workdir: string
  /** The directory with kube-apiserver, etcd, kwokctl and the others. */
  binaries: string
  signal: AbortSignal
}

export type Ports = {
  etcdPort: number
  etcdPeerPort: number
  kubeApiserverPort: number
  kubeControllerManagerPort: number
  kubeSchedulerPort: number
  kwokControllerPort: number
  metricsServerPort: number
}

export async function choosePorts(): Promise<Ports> {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = await freePorts(7)
  return {
    etcdPort: a,
    etcdPeerPort: b,
    kubeApiserverPort: c,
    kubeControllerManagerPort: d,
    kubeSchedulerPort: e,
    kwokControllerPort: f,
    metricsServerPort: g,
  }
}

export async function allFree(ports: Ports): Promise<boolean> {
  const free = await Promise.all(Object.values(ports).map(isPortFree))
  return free.every(Boolean)
}

/** Runs one of the cluster's programs to its end; rejects with what it said. */
export async function runProgram(
  ground: ClusterGround,
  program: 'kwokctl' | 'kubectl',
  args: string[],
  input?: string,
): Promise<string> {
  const child = run(path.join(ground.binaries, program), args, {
    signal: ground.signal,
    maxBuffer: 16 * 1024 * 1024,
    env: {
      // kwokctl takes kubectl from the PATH and would download one if there were none.
      PATH: `${ground.binaries}${path.delimiter}${process.env.PATH ?? ''}`,
      HOME: ground.home,
      KWOK_WORKDIR: ground.home,
    },
  })
  child.child.stdin?.end(input ?? '')
  try {
    return (await child).stdout
  } catch (cause) {
    ground.signal.throwIfAborted()
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause)
    throw new Error(
      `${program} ${args[0]} failed: ${said.trim().split('\n').slice(-3).join(' ')}`,
      {
        cause,
      },
    )
  }
}

export function kubeconfigOf(workdir: string): string {
  return path.join(workdir, 'kubeconfig.yaml')
}

/**
 * The file from which kwokctl makes a cluster. Everything listens on loopback only: etcd asks nobody for a password. The
 * service range is a /16, since kwokctl's own holds about 250 Services.
 */
export function kwokctlConfig(
  ground: ClusterGround,
  ports: Ports,
  options: { disableQpsLimits: boolean },
): Manifest[] {
  const program = (name: string) => path.join(ground.binaries, name)
  return [
    {
      apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
      kind: 'KwokctlConfiguration',
      options: {
        runtime: 'binary',
        bindAddress: '127.0.0.1',
        disableQPSLimits: options.disableQpsLimits,
        etcdBinary: program('etcd'),
        kubeApiserverBinary: program('kube-apiserver'),
        kubeControllerManagerBinary: program('kube-controller-manager'),
        kubeSchedulerBinary: program('kube-scheduler'),
        kubectlBinary: program('kubectl'),
        kwokControllerBinary: program('kwok'),
        ...ports,
      },
      componentsPatches: [
        {
          name: 'kube-apiserver',
          extraArgs: [{ key: 'service-cluster-ip-range', value: '10.96.0.0/16' }],
        },
        // There is one of each: an election would only wait 15 s for the lease of a killed predecessor.
        ...['kube-controller-manager', 'kube-scheduler'].map(name => ({
          name,
          extraArgs: [{ key: 'leader-elect', value: 'false' }],
        })),
        // It warns of every node without pods whenever somebody asks for metrics.
        { name: 'kwok-controller', extraArgs: [{ key: 'v', value: 'ERROR' }] },
      ],
    },
    {
      apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
      kind: 'KwokConfiguration',
      options: {
        nodeIP: '127.0.0.1',
        enableDebuggingHandlers: true,
        // Left out, these are zero and the controller refuses to start.
        nodeLeaseParallelism: 4,
        podPlayStageParallelism: 4,
        nodePlayStageParallelism: 4,
      },
    },
  ]
}

/** Several objects as one YAML file; JSON is YAML. */
export function asDocuments(objects: readonly Manifest[]): string {
  return objects.map(object => `---\n${JSON.stringify(object)}\n`).join('')
}

/**
 * Replaces words in the files kwokctl keeps of a cluster: how an existing cluster gets other ports or other binaries
 * without losing its data.
 */
export async function rewriteFiles(workdir: string, words: Map<string, string>): Promise<void> {
  if (words.size === 0) return
  const escaped = [...words.keys()].map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?<![\\w.])(?:${escaped.join('|')})(?!\\w)`, 'g')
  for (const name of ['kwok.yaml', 'kubeconfig.yaml']) {
    const file = path.join(workdir, name)
    const text = await readFile(file, 'utf8')
    await writeFile(
      file,
      text.replace(pattern, word => words.get(word) ?? word),
    )
  }
}
