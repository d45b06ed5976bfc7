/**
 * A cluster of one real node: the embedded control plane, kubelet, containerd and runc, Services, names, NetworkPolicies,
 * usage and volumes. It lives in the namespaces of the run (tools/test/own-namespaces.js), and so does the test: a Service
 * can be asked with `fetch` under its name (`<service>.<namespace>.svc.cluster.local`), and nothing outside of the machine can.
 */
import { lookup } from 'node:dns/promises'
import path from 'node:path'
import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import { getNodeTools } from '#tools/test-tools/node-tools.js'
import {
  nameServer,
  startPolicyEngine,
  startServiceProxy,
  useNameServer,
} from './cluster-network.ts'
import { startContainerRuntime } from './container-runtime.ts'
import { startBareControlPlane } from './control-plane.ts'
import { type Daemon, until } from './daemon.ts'
import { startKubelet } from './kubelet.ts'
import { runDirectory } from './machine.ts'
import { staticImage } from './static-image.ts'
import { localStorage } from './storage.ts'

export type RealNode = {
  /** Its admin's; the name of the cluster in Kade is that of its context. */
  readonly kubeconfigPath: string
  /** An app that serves, reaches others and takes memory, as a non-root user: tools/test-tools/harbour. */
  readonly harbourImage: string
  /** Takes in a docker-archive or OCI layout (tar), under the names that stand in it. */
  importImage(archive: string): Promise<void>
  /** Runs kubectl as the admin; `input` is what `-f -` reads. */
  kubectl(args: readonly string[], input?: readonly Manifest[]): Promise<string>
  /** Where the logs of its parts are, while it lives. */
  readonly logs: string
  stop(): Promise<void>
}

const PAUSE = 'kade.test/pause:1'
const COREDNS = 'kade.test/coredns:1'
const HARBOUR = 'kade.test/harbour:1'
const NOBODY = '65534'

/**
 * Resolves when a pod runs on it and resolves a name; rejects with the last words of the part that did not. Once in a run:
 * what a node leaves behind (rules, routes, pods) goes with the namespaces.
 */
export async function startRealNode(): Promise<RealNode> {
  const tools = await getNodeTools({ report: line => process.stderr.write(`${line}\n`) })
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  const keep = (daemon: Daemon) => {
    stops.push(daemon.stop)
    return daemon
  }
  try {
    const cluster = await startBareControlPlane()
    stops.push(cluster.stop)
    const runtime = await startContainerRuntime(tools, PAUSE)
    keep(runtime)
    for (const [name, program, user] of images) {
      const image = await staticImage(name, path.join(tools, program), user)
      await runtime.importImage(image.archive)
    }
    keep(await startKubelet(tools, cluster, runtime))
    const parts = [
      keep(await startServiceProxy(tools, cluster)),
      keep(await startPolicyEngine(tools, cluster)),
    ]
    const ground = [...nameServer(COREDNS), ...(await localStorage())]
    await cluster.kubectl(['apply', '--server-side', '-f', '-'], ground)
    await useNameServer()
    const known = () => lookup('kubernetes.default.svc.cluster.local').then(() => true)
    await until('a name of the cluster is resolved', 60, known, parts)
    return {
      kubeconfigPath: cluster.kubeconfigPath,
      harbourImage: HARBOUR,
      importImage: runtime.importImage,
      kubectl: cluster.kubectl,
      logs: path.join(runDirectory(), 'logs'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const images: readonly (readonly [name: string, program: string, user: string])[] = [
  [PAUSE, 'pause', NOBODY],
  [COREDNS, 'coredns', '0'],
  [HARBOUR, 'harbour', NOBODY],
]
