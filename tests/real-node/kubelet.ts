import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ContainerRuntime } from './container-runtime.ts'
import type { BareControlPlane } from './control-plane.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { controlGroup, network, runDirectory } from './machine.ts'

const run = promisify(execFile)
const CGROUPS = '/sys/fs/cgroup'

/** A kubelet that has joined the cluster; resolves when its node is Ready. */
export async function startKubelet(
  tools: string,
  cluster: BareControlPlane,
  runtime: ContainerRuntime,
): Promise<Daemon> {
  const directory = path.join(runDirectory(), 'kubelet')
  await mkdir(directory, { recursive: true })
  await makeNodeAddress()
  await makeControlGroup()
  const config = path.join(directory, 'config.yaml')
  const noNameServer = path.join(directory, 'resolv.conf')
  await writeFile(noNameServer, '')
  await writeFile(config, JSON.stringify(configuration(cluster, runtime, noNameServer)))
  const daemon = await startDaemon('kubelet', path.join(tools, 'kubelet'), [
    `--config=${config}`,
    `--kubeconfig=${cluster.kubeconfigPath}`,
    `--root-dir=${path.join(directory, 'root')}`,
    `--cert-dir=${path.join(directory, 'pki')}`,
    `--hostname-override=${network.nodeName}`,
    `--node-ip=${network.nodeAddress}`,
    '--node-labels=topology.kubernetes.io/region=nl,topology.kubernetes.io/zone=nl-1',
  ])
  const wait = ['wait', '--for=condition=Ready', `node/${network.nodeName}`, '--timeout=2s']
  await until('the node is Ready', 90, () => cluster.kubectl(wait).then(() => true), [
    daemon,
    runtime,
  ])
  return daemon
}

/** An address that is not on loopback, which a kubelet refuses; a bridge without ports is the link every kernel has. */
async function makeNodeAddress(): Promise<void> {
  await run('ip', ['link', 'add', 'node0', 'type', 'bridge'])
  await run('ip', ['address', 'add', `${network.nodeAddress}/24`, 'dev', 'node0'])
  await run('ip', ['link', 'set', 'node0', 'up'])
}

/** The kubelet wants its root group to be there, in each hierarchy of version 1 or in the one of version 2. */
async function makeControlGroup(): Promise<void> {
  const entries = await readdir(CGROUPS, { withFileTypes: true })
  const unified = entries.some(entry => entry.name === 'cgroup.controllers')
  const roots = unified
    ? [CGROUPS]
    : entries.filter(entry => entry.isDirectory()).map(entry => path.join(CGROUPS, entry.name))
  for (const root of roots) await mkdir(path.join(root, controlGroup()), { recursive: true })
}

function configuration(
  cluster: BareControlPlane,
  runtime: ContainerRuntime,
  resolvConf: string,
): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: network.nodeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: cluster.pki.ca },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${controlGroup()}`,
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: runtime.endpoint,
    clusterDNS: [network.dns],
    clusterDomain: 'cluster.local',
    resolvConf,
    // The disk and the images are the machine's, which others use too: nothing is evicted for how full they are.
    evictionHard: { 'memory.available': '100Mi' },
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: '24h',
    maxPods: 60,
    readOnlyPort: 0,
    // Tests wait for what a kubelet reports.
    nodeStatusUpdateFrequency: '5s',
  }
}
