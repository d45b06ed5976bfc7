import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import type { BareControlPlane } from './control-plane.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { network, runDirectory } from './machine.ts'

const run = promisify(execFile)

/** kube-proxy, by iptables: Services lead to their pods. */
export async function startServiceProxy(tools: string, cluster: BareControlPlane): Promise<Daemon> {
  const directory = path.join(runDirectory(), 'kube-proxy')
  await mkdir(directory, { recursive: true })
  const config = path.join(directory, 'config.yaml')
  const configuration = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: cluster.kubeconfigPath },
    clusterCIDR: network.pods,
    hostnameOverride: network.nodeName,
    bindAddress: '0.0.0.0',
    // Those are settings of the whole machine.
    conntrack: { maxPerCore: 0, min: 0, tcpCloseWaitTimeout: '0s', tcpEstablishedTimeout: '0s' },
    iptables: { minSyncPeriod: '100ms' },
  }
  await writeFile(config, JSON.stringify(configuration))
  return startDaemon('kube-proxy', path.join(tools, 'kube-proxy'), [`--config=${config}`])
}

/** kube-router as a firewall and nothing else: NetworkPolicies hold, by iptables and ipset. */
export function startPolicyEngine(tools: string, cluster: BareControlPlane): Promise<Daemon> {
  return startDaemon(
    'kube-router',
    path.join(tools, 'kube-router'),
    [
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      '--enable-cni=false',
      `--kubeconfig=${cluster.kubeconfigPath}`,
      `--hostname-override=${network.nodeName}`,
      `--service-cluster-ip-range=${network.services}`,
      '--health-port=0',
      '--metrics-port=0',
    ],
    { NODE_NAME: network.nodeName },
  )
}

/** The test itself asks the cluster for names, and finds the way to its Services. */
export async function useNameServer(): Promise<void> {
  await run('ip', ['route', 'add', network.services, 'dev', 'node0'])
  await writeFile('/etc/resolv.conf', `nameserver ${network.dns}\noptions timeout:2 attempts:2\n`)
}

const labels = { 'k8s-app': 'kube-dns' }
const named = { name: 'kube-dns', namespace: 'kube-system' }

/** CoreDNS as a cluster has it: a pod behind the Service `kube-dns`, under the labels that policies name. */
export function nameServer(image: string): Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...named, labels } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'kube-dns' },
      rules: [
        {
          apiGroups: [''],
          resources: ['endpoints', 'services', 'pods', 'namespaces'],
          verbs: ['list', 'watch'],
        },
        {
          apiGroups: ['discovery.k8s.io'],
          resources: ['endpointslices'],
          verbs: ['list', 'watch'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'kube-dns' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'kube-dns' },
      subjects: [{ kind: 'ServiceAccount', ...named }],
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...named, labels },
      data: { Corefile: COREFILE },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...named, labels },
      spec: {
        clusterIP: network.dns,
        selector: labels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    },
    deployment(image),
  ]
}

/** Names outside of the cluster do not exist: no way leads there. */
const COREFILE = `.:53 {
  errors
  health :8080
  ready :8181
  kubernetes cluster.local in-addr.arpa {
    pods insecure
  }
  cache 5
}
`

function deployment(image: string): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...named, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: named.name,
          dnsPolicy: 'Default',
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: 'coredns',
              image,
              imagePullPolicy: 'Never',
              args: ['-conf', '/etc/coredns/Corefile'],
              readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
              resources: { requests: { cpu: '10m', memory: '20Mi' } },
              volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
            },
          ],
          volumes: [{ name: 'config', configMap: { name: named.name } }],
        },
      },
    },
  }
}
