import { prefix } from '#platform/labels.ts'
import type { EmbeddedClusterPlace } from './clusters.ts'
import { resourceMetricsPath, simulatedUsage } from './metrics-server.ts'

/** A Kubernetes or kwok object in its plain form, on its way to an API server or a configuration file. */
export type Manifest = { apiVersion: string; kind: string } & Record<string, unknown>

export const SIMULATED_STORAGE_CLASS = 'simulated'
const PROVISIONER = `${prefix}simulated-volumes`
const GENERAL_NODES = 3

/**
 * Nodes that exist as objects only: the scheduler is real and takes their capacity seriously, kwok plays their kubelets.
 * They bear no address, so that logs are asked of kwok on loopback instead of an address nobody has.
 */
export function simulatedNodes(place: EmbeddedClusterPlace, extra = 0): Manifest[] {
  const general = { cpu: '32', memory: '128Gi', 'ephemeral-storage': '500Gi', pods: '250' }
  const gpu = { ...general, cpu: '64', memory: '512Gi', 'nvidia.com/gpu': '8' }
  const nodes: Manifest[] = []
  for (let number = 1; number <= GENERAL_NODES + extra; number++) {
    nodes.push(node(place, `${place.name}-general-${number}`, number, 'general', general))
  }
  nodes.push(node(place, `${place.name}-gpu-1`, 1, 'gpu', gpu))
  return nodes
}

function node(
  place: EmbeddedClusterPlace,
  name: string,
  number: number,
  type: string,
  capacity: Record<string, string>,
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        'metrics.k8s.io/resource-metrics-path': resourceMetricsPath(name),
      },
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': `simulated-${type}`,
        'topology.kubernetes.io/region': place.region,
        'topology.kubernetes.io/zone': `${place.region}-${((number - 1) % 3) + 1}`,
        [`${prefix}simulated`]: 'true',
        ...(type === 'gpu' ? { 'nvidia.com/gpu.present': 'true' } : {}),
      },
    },
    status: { capacity, allocatable: capacity },
  }
}

/** The default storage class; without one every claim, and every pod with a claim, stays Pending. */
export const simulatedStorageClass: Manifest = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: SIMULATED_STORAGE_CLASS,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    labels: { [`${prefix}simulated`]: 'true' },
  },
  provisioner: PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
}

/** What kwok's controller plays beside its own node and pod stages: logs and usage of every pod, and volumes for claims. */
export function simulationConfig(logsFile: string): Manifest[] {
  return [
    {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'ClusterLogs',
      metadata: { name: 'simulated' },
      spec: { logs: [{ logsFile }] },
    },
    ...simulatedUsage(),
    stage(
      'claim-provision',
      'PersistentVolumeClaim',
      [
        `self.spec.storageClassName == '${SIMULATED_STORAGE_CLASS}'`,
        '!has(self.metadata.deletionTimestamp)',
        '!has(self.spec.volumeName)',
      ],
      [{ apply: { template: VOLUME } }],
    ),
    // Binding and releasing are the real volume controller's work; only an external provisioner deletes.
    stage(
      'volume-delete',
      'PersistentVolume',
      [
        `self.spec.storageClassName == '${SIMULATED_STORAGE_CLASS}'`,
        '!has(self.metadata.deletionTimestamp)',
        "self.spec.persistentVolumeReclaimPolicy == 'Delete'",
        "self.status.phase == 'Released'",
      ],
      [{ delete: true }],
    ),
  ]
}

function stage(name: string, kind: string, conditions: string[], steps: unknown[]): Manifest {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: conditions.map(expression => ({ cel: { expression } })) },
      steps,
    },
  }
}

const VOLUME = `apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
  annotations:
    pv.kubernetes.io/provisioned-by: ${PROVISIONER}
spec:
  accessModes:
  {{ YAML .spec.accessModes 2 }}
  capacity:
  {{ YAML .spec.resources.requests 2 }}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: ${SIMULATED_STORAGE_CLASS}
  volumeMode: {{ default "Filesystem" .spec.volumeMode | Quote }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath:
    path: /nowhere/simulated/{{ .metadata.uid }}
`

/** Lines in the format of a container runtime: time, stream, F for a full line, text. */
export function simulatedLog(at: Date): string {
  const lines = [
    'This pod is simulated: nothing runs behind it, and these lines are the same for every pod.',
    'To see real logs, give Kade a cluster with real nodes (KADE_KUBECONFIG).',
  ]
  return lines
    .map(line => `${at.toISOString().replace('Z', '000000Z')} stdout F ${line}\n`)
    .join('')
}
