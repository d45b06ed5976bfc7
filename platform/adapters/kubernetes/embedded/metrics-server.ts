/**
 * The standard metrics API (`metrics.k8s.io`) of an embedded cluster: a metrics-server of its own, which reads what kwok
 * plays for its nodes. Beside the cluster and not waited for: deploying needs none of it.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { kubeconfigOf } from './kwokctl.ts'
import type { Manifest } from './simulation.ts'

const METRICS_SERVER = 'metrics-server'
const NAMESPACE = 'kube-system'

/** Starts it on loopback, to live as long as the other components; its log is `logs/metrics-server.log`. */
export function startMetricsServer(workdir: string, port: number): void {
  const file = path.join(workdir, 'logs', `${METRICS_SERVER}.log`)
  const log = openSync(file, 'a', 0o600)
  const child = spawn(path.join(workdir, 'bin', METRICS_SERVER), argumentsOf(workdir, port), {
    detached: true,
    stdio: ['ignore', log, log],
  })
  // The cluster stands without it: whoever asks for metrics hears that nothing answers.
  child.on('error', error => appendFileSync(file, `${error.message}\n`))
  child.unref()
  closeSync(log)
}

function argumentsOf(workdir: string, port: number): string[] {
  const kubeconfig = kubeconfigOf(workdir)
  const pki = (file: string) => path.join(workdir, 'pki', file)
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    // The API server has authorized the caller and comes with its own certificate; there is no CA for passed-on names.
    '--authentication-skip-lookup',
    `--client-ca-file=${pki('ca.crt')}`,
    `--tls-cert-file=${pki('admin.crt')}`,
    `--tls-private-key-file=${pki('admin.key')}`,
    '--kubelet-preferred-address-types=Hostname',
    '--kubelet-use-node-status-port',
    '--kubelet-insecure-tls',
    // Shorter than the resolution, or it refuses to start.
    '--kubelet-request-timeout=5s',
    // The least it takes: a usage is seen after two of them.
    '--metric-resolution=10s',
  ]
}

/** What makes the API server pass questions about metrics on to it. The certificate names no Service; both ends are on loopback. */
export function metricsApi(port: number): Manifest[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: METRICS_SERVER, namespace: NAMESPACE },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: METRICS_SERVER, namespace: NAMESPACE, port },
      },
    },
  ]
}

const container: readonly Label[] = [
  { name: 'container', value: 'container.name' },
  { name: 'namespace', value: 'pod.metadata.namespace' },
  { name: 'pod', value: 'pod.metadata.name' },
]

type Label = { readonly name: string; readonly value: string }

/**
 * What kwok plays: every container takes half of what it asks for, and a little when it asks for nothing; given out under
 * the names a kubelet uses, as far as metrics-server reads them.
 */
export function simulatedUsage(): Manifest[] {
  return [
    {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'ClusterResourceUsage',
      metadata: { name: 'simulated' },
      spec: { usages: [{ usage: { cpu: halfOf('cpu', '1m'), memory: halfOf('memory', '1Mi') } }] },
    },
    {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'Metric',
      metadata: { name: 'simulated' },
      spec: {
        path: resourceMetricsPath('{nodeName}'),
        metrics: [
          metric('container_start_time_seconds', 'gauge', startOf, container),
          metric(
            'container_cpu_usage_seconds_total',
            'counter',
            'pod.CumulativeUsage("cpu", container.name)',
            container,
          ),
          metric(
            'container_memory_working_set_bytes',
            'gauge',
            'pod.Usage("memory", container.name)',
            container,
          ),
          metric('node_cpu_usage_seconds_total', 'counter', 'node.CumulativeUsage("cpu")'),
          metric('node_memory_working_set_bytes', 'gauge', 'node.Usage("memory")'),
        ],
      },
    },
  ]
}

/** Seconds since 1970: a container that began lately shows its usage at the first look. */
const startOf = 'UnixSecond(pod.metadata.creationTimestamp)'

function halfOf(resource: 'cpu' | 'memory', otherwise: string) {
  const asked = 'container.resources.requests'
  return {
    expression: `"${resource}" in ${asked} ? ${asked}["${resource}"] * 0.5 : Quantity("${otherwise}")`,
  }
}

function metric(
  name: string,
  kind: 'gauge' | 'counter',
  value: string,
  labels?: readonly Label[],
): object {
  const dimension = labels ? 'container' : 'node'
  return { name, kind, dimension, value, help: name, ...(labels ? { labels } : {}) }
}

/** Where a kubelet of kwok's gives out what `simulatedUsage` defines. */
export function resourceMetricsPath(node: string): string {
  return `/metrics/nodes/${node}/metrics/resource`
}
