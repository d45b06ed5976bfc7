import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { endComponents } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import {
  asDocuments,
  type ClusterGround,
  choosePorts,
  kubeconfigOf,
  kwokctlConfig,
  runProgram,
} from '#platform/adapters/kubernetes/embedded/kwokctl.ts'
import {
  metricsApi,
  startMetricsServer,
} from '#platform/adapters/kubernetes/embedded/metrics-server.ts'
import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import { controlPlaneBinaries } from '../support/control-plane.ts'
import { network, runDirectory } from './machine.ts'

export type BareControlPlane = {
  readonly name: string
  /** The admin's. */
  readonly kubeconfigPath: string
  /** The certificate that may speak for the admin, and the authority behind it. */
  readonly pki: { readonly ca: string; readonly certificate: string; readonly key: string }
  /** Runs kubectl as the admin and answers what it printed. */
  kubectl(args: readonly string[], input?: readonly Manifest[]): Promise<string>
  stop(): Promise<void>
}

const START_MS = 120_000

/** The embedded control plane without its simulated nodes: a cluster that waits for a real one. */
export async function startBareControlPlane(name = 'real'): Promise<BareControlPlane> {
  const home = path.join(runDirectory(), 'control-plane')
  const workdir = path.join(home, 'clusters', name)
  const ground: ClusterGround = {
    name,
    home,
    workdir,
    binaries: await controlPlaneBinaries(),
    signal: AbortSignal.timeout(START_MS),
  }
  await mkdir(path.dirname(workdir), { recursive: true, mode: 0o755 })
  await mkdir(workdir)
  const ports = await choosePorts()
  const config = path.join(workdir, 'kwokctl.yaml')
  await writeFile(
    config,
    asDocuments(
      reachableByPods(kwokctlConfig(ground, ports, { disableQpsLimits: false }), workdir),
    ),
  )
  const flags = ['--wait', '80s', '--name', name, '--config', config, '--kubeconfig', '']
  await runProgram(ground, 'kwokctl', [
    'create',
    'cluster',
    ...flags,
    '--disable',
    'kwok-controller',
  ])
  await chmod(kubeconfigOf(workdir), 0o600)
  // kwokctl made links to the components that it runs itself.
  const own = 'metrics-server'
  await symlink(path.join(ground.binaries, own), path.join(workdir, 'bin', own))
  startMetricsServer(workdir, ports.metricsServerPort)
  const kubectl = (args: readonly string[], input: readonly Manifest[] = []) =>
    runProgram(
      { ...ground, signal: AbortSignal.timeout(START_MS) },
      'kubectl',
      ['--kubeconfig', kubeconfigOf(workdir), ...args],
      asDocuments(input),
    )
  await kubectl(['apply', '--server-side', '-f', '-'], metricsApi(ports.metricsServerPort))
  const pki = (file: string) => path.join(workdir, 'pki', file)
  return {
    name,
    kubeconfigPath: kubeconfigOf(workdir),
    pki: { ca: pki('ca.crt'), certificate: pki('admin.crt'), key: pki('admin.key') },
    kubectl,
    stop: () => endComponents(workdir),
  }
}

/** The API server on the node's address too, known by its service's, and with a credential for the kubelet. */
function reachableByPods(documents: readonly Manifest[], workdir: string): Manifest[] {
  const argument = (key: string, value: string) => ({ key, value })
  const pki = (file: string) => path.join(workdir, 'pki', file)
  return documents.map(document => {
    if (document.kind !== 'KwokctlConfiguration') return document
    const { options, componentsPatches } = document as Manifest & {
      options: object
      componentsPatches: readonly { name: string; extraArgs: readonly object[] }[]
    }
    return {
      ...document,
      options: {
        ...options,
        kubeApiserverCertSANs: [network.nodeAddress, network.kubernetes],
      },
      componentsPatches: componentsPatches.map(patch =>
        patch.name === 'kube-apiserver'
          ? {
              ...patch,
              extraArgs: [
                ...patch.extraArgs,
                argument('bind-address', '0.0.0.0'),
                argument('advertise-address', network.nodeAddress),
                argument('kubelet-client-certificate', pki('admin.crt')),
                argument('kubelet-client-key', pki('admin.key')),
                argument('kubelet-preferred-address-types', 'InternalIP'),
              ],
            }
          : patch,
      ),
    }
  })
}
