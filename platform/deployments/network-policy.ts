import type { AppData, Network, Provides } from '#kit/app.ts'
import type { Environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { label, prefix } from '#platform/labels.ts'

/** Where a deployment may connect to for one of its needs. */
export type Peer =
  | {
      readonly type: 'deployment'
      readonly id: string
      readonly namespace: string
      readonly port: number
    }
  | { readonly type: 'address'; readonly port: number }

/** The ports, by name, that whoever binds to an offer may reach. */
export function offeredPorts({ port, also = [] }: Provides): readonly string[] {
  return [port, ...also]
}

/** The label a consumer's pods carry so that the provider's policy lets them in; only the platform writes it. */
export function consumerLabel(provider: string): string {
  return `uses.${prefix}${provider}`
}

/** Addresses that "the internet" does not mean: private, link-local (cloud metadata), carrier and loopback ranges. */
export const notInternet = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
]

export type NetworkInput = {
  readonly app: AppData
  /** What the app's settings open to the internet. */
  readonly egress: Network['egress']
  readonly deployment: string
  readonly namespace: string
  readonly name: string
  readonly hasIngress: boolean
  /** Jobs of its own, which may talk to the app as its users do. */
  readonly hasJobs?: boolean
  readonly environment: Pick<Environment, 'network' | 'monitoring'>
  /** Whether the environment's Prometheus reads the figures of the app. */
  readonly collects: boolean
  readonly peers: readonly Peer[]
}

/**
 * The NetworkPolicy of one deployment, from what its module declares and its bindings. The namespace denies everything
 * else; DNS is opened once per namespace.
 */
export function networkPolicy(input: NetworkInput): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: input.name, namespace: input.namespace },
    spec: {
      podSelector: { matchLabels: { [label.deployment]: input.deployment } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: ingressRules(input),
      egress: egressRules(input),
    },
  }
}

function portsOf({ app }: NetworkInput, names: readonly string[]): object[] {
  return names.map(name => ({ protocol: 'TCP', port: app.network.ports[name] }))
}

/** From its own pods, or to them, on its own ports. */
function ownRule(input: NetworkInput, side: 'from' | 'to'): object[] {
  if (!input.hasJobs) return []
  const own = { podSelector: { matchLabels: { [label.deployment]: input.deployment } } }
  return [{ ports: portsOf(input, Object.keys(input.app.network.ports)), [side]: [own] }]
}

function ingressRules(input: NetworkInput): object[] {
  const { app, deployment, hasIngress, environment, collects } = input
  const provided = portsOf(input, [...new Set(app.provides.flatMap(offeredPorts))])
  const rules = ownRule(input, 'from')
  if (provided.length > 0)
    rules.push({
      ports: provided,
      from: [
        {
          namespaceSelector: { matchExpressions: [{ key: label.namespace, operator: 'Exists' }] },
          podSelector: { matchLabels: { [consumerLabel(deployment)]: 'true' } },
        },
      ],
    })
  if (hasIngress && app.network.expose)
    rules.push({
      ports: portsOf(input, [app.network.expose]),
      from: [{ namespaceSelector: { matchLabels: { [`${prefix}ingress`]: 'true' } } }],
    })
  const allowed = environment.network?.ingress ?? []
  const everyPort = portsOf(input, Object.keys(app.network.ports))
  if (allowed.length > 0 && everyPort.length > 0)
    rules.push({ ports: everyPort, from: allowed.map(({ namespace }) => inNamespace(namespace)) })
  if (collects && app.metrics && environment.monitoring)
    rules.push({
      ports: portsOf(input, [app.metrics.port]),
      from: [inNamespace(environment.monitoring.namespace)],
    })
  return rules
}

function inNamespace(name: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }
}

function egressRules(input: NetworkInput): object[] {
  const { egress, peers, environment } = input
  const internet = (port: number) => ({
    ports: [{ protocol: 'TCP', port }],
    to: [{ ipBlock: { cidr: '0.0.0.0/0', except: notInternet } }],
  })
  const rules: object[] = peers.map(peer =>
    peer.type === 'address'
      ? internet(peer.port)
      : {
          ports: [{ protocol: 'TCP', port: peer.port }],
          to: [
            {
              ...inNamespace(peer.namespace),
              podSelector: { matchLabels: { [label.deployment]: peer.id } },
            },
          ],
        },
  )
  if (egress.some(one => one.to === 'internet-https')) rules.push(internet(443))
  for (const { ports, ...place } of environment.network?.egress ?? [])
    rules.push({
      ports: ports.map(port => ({ protocol: 'TCP', port })),
      to: ['cidr' in place ? { ipBlock: { cidr: place.cidr } } : inNamespace(place.namespace)],
    })
  return [...rules, ...ownRule(input, 'to')]
}
