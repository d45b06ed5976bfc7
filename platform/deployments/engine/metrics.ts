import type { ContainerMetrics, DeploymentMetrics } from '#api/metrics.ts'
import type { Text } from '#api/names.ts'
import { quantityValue } from '#kit/kubernetes/quantity.ts'
import { type KubeApi, KubeError } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import { at, type JsonRecord, recordsOf, textOf } from './reading.ts'

/** Milliseconds for the metrics API, which answers from memory. */
const deadline = 5_000

/** What the containers of a deployment take, from the standard metrics API (`metrics.k8s.io`) of its cluster. */
export async function metricsOf(
  target: { readonly namespace: string; readonly name: string },
  { observer, simulated }: { readonly observer: KubeApi; readonly simulated: boolean },
): Promise<DeploymentMetrics> {
  const labelSelector = `${label.instance}=${target.name},${label.deployment}`
  const { items: pods } = await observer.list('v1', 'Pod', {
    namespace: target.namespace,
    labelSelector,
  })
  const without = (reason: Text) => ({ available: false, reason, simulated, items: [] })
  if (pods.length === 0) return without(noPods)
  try {
    const found = await observer.request<unknown>(
      'GET',
      `/apis/metrics.k8s.io/v1beta1/namespaces/${target.namespace}/pods?${new URLSearchParams({ labelSelector })}`,
      { signal: AbortSignal.timeout(deadline) },
    )
    const { at, items } = figuresOf(recordsOf(pods), recordsOf(itemsOf(found)))
    return items.length === 0
      ? without(notYet)
      : { available: true, ...(at ? { at } : {}), simulated, items }
  } catch (error) {
    const reason = whyNone(error)
    if (!reason) throw error
    return without(reason)
  }
}

function itemsOf(list: unknown): unknown {
  return at(list, 'items')
}

/** Pure: each measured container beside what its pod asks for; what the pods no longer have is left out. */
export function figuresOf(
  pods: readonly JsonRecord[],
  measured: readonly JsonRecord[],
): { readonly at: string | undefined; readonly items: ContainerMetrics[] } {
  const times: string[] = []
  const items = measured.flatMap(one => {
    const name = textOf(at(one, 'metadata', 'name'))
    const pod = pods.find(each => textOf(at(each, 'metadata', 'name')) === name)
    if (name === undefined || !pod) return []
    const found = recordsOf(one.containers).flatMap(each => containerOf(name, pod, each))
    const time = textOf(one.timestamp)
    if (time && found.length > 0) times.push(time)
    return found
  })
  items.sort((a, b) => a.pod.localeCompare(b.pod) || a.container.localeCompare(b.container))
  return { at: times.toSorted()[0], items }
}

function containerOf(pod: string, spec: JsonRecord, measured: JsonRecord): ContainerMetrics[] {
  const container = textOf(measured.name)
  const cpu = numberAt(measured, 'usage', 'cpu')
  const memory = numberAt(measured, 'usage', 'memory')
  if (container === undefined || cpu === undefined || memory === undefined) return []
  const asked = [
    ...recordsOf(at(spec, 'spec', 'containers')),
    ...recordsOf(at(spec, 'spec', 'initContainers')),
  ].find(one => one.name === container)
  const amounts = (resource: 'cpu' | 'memory', usage: number) => {
    const request = numberAt(asked, 'resources', 'requests', resource)
    const limit = numberAt(asked, 'resources', 'limits', resource)
    return {
      usage,
      ...(request === undefined ? {} : { request }),
      ...(limit === undefined ? {} : { limit }),
    }
  }
  return [{ pod, container, cpu: amounts('cpu', cpu), memory: amounts('memory', memory) }]
}

function numberAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const quantity = textOf(at(value, ...keys))
  return quantity === undefined ? undefined : quantityValue(quantity)
}

/** Why the API has no figures, where that is an answer and no failure of the cluster. */
function whyNone(error: unknown): Text | undefined {
  if (error instanceof DOMException && error.name === 'TimeoutError') return notAnswering
  if (!(error instanceof KubeError)) return undefined
  if (error.code === 404) return noApi
  if (error.code === 403) return notAllowed
  return error.code >= 500 ? notAnswering : undefined
}

const noPods: Text = {
  en: 'Nothing of it runs now, so nothing is used.',
  nl: 'Er draait nu niets van, dus er wordt niets gebruikt.',
}
const notYet: Text = {
  en: 'Its containers have not been measured yet. The first figures come within a minute of their start; look again then.',
  nl: 'De containers zijn nog niet gemeten. De eerste cijfers komen binnen een minuut na de start; kijk dan opnieuw.',
}
const noApi: Text = {
  en: 'The cluster has no metrics API (metrics.k8s.io). Ask whoever runs the cluster to install metrics-server.',
  nl: 'De cluster heeft geen metrics-API (metrics.k8s.io). Vraag wie de cluster beheert om metrics-server te installeren.',
}
const notAllowed: Text = {
  en: 'Kade may not read the metrics API (metrics.k8s.io) of the cluster. Join the cluster again, which renews its rights.',
  nl: 'Kade mag de metrics-API (metrics.k8s.io) van de cluster niet lezen. Sluit de cluster opnieuw aan; dat vernieuwt de rechten.',
}
const notAnswering: Text = {
  en: 'The metrics API (metrics.k8s.io) of the cluster does not answer now. Try again in a minute; if it lasts, look at its metrics-server.',
  nl: 'De metrics-API (metrics.k8s.io) van de cluster antwoordt nu niet. Probeer het over een minuut opnieuw; blijft het zo, kijk dan naar metrics-server.',
}
