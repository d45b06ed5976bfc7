import { quantityValue } from '#kit/kubernetes/quantity.ts'
import { at, isRecord, recordsOf } from '#platform/deployments/engine/reading.ts'

/**
 * What pods take of a cluster, as whole numbers, so that sums are exact: millicores, bytes, pods, and devices (GPUs and the
 * like) by the name of their resource, such as `nvidia.com/gpu`.
 */
export type Amounts = {
  readonly cpu: number
  readonly memory: number
  readonly pods: number
  readonly devices: Readonly<Record<string, number>>
}

export const nothing: Amounts = { cpu: 0, memory: 0, pods: 0, devices: {} }

/** Resources of a node that are room for files or pages, and nobody's device. */
const noDevice = /^(ephemeral-storage|hugepages-.*|attachable-volumes-.*|.*kubernetes\.io\/.*)$/

function combined(
  one: Amounts,
  other: Amounts,
  combine: (a: number, b: number) => number,
): Amounts {
  const names = new Set([...Object.keys(one.devices), ...Object.keys(other.devices)])
  return {
    cpu: combine(one.cpu, other.cpu),
    memory: combine(one.memory, other.memory),
    pods: combine(one.pods, other.pods),
    devices: Object.fromEntries(
      [...names].map(name => [name, combine(one.devices[name] ?? 0, other.devices[name] ?? 0)]),
    ),
  }
}

export function plus(one: Amounts, other: Amounts): Amounts {
  return combined(one, other, (a, b) => a + b)
}

/** What is left of `whole`; never less than nothing. */
export function minus(whole: Amounts, part: Amounts): Amounts {
  return combined(whole, part, (a, b) => Math.max(0, a - b))
}

export function largest(one: Amounts, other: Amounts): Amounts {
  return combined(one, other, Math.max)
}

/** How many times `part` goes into `room` whole; a part of nothing goes in without end. */
export function wholeTimes(room: Amounts, part: Amounts): number {
  // Asked for every node of every cluster: it makes nothing that has to be cleared away.
  let most = Number.POSITIVE_INFINITY
  if (part.cpu > 0) most = Math.floor(room.cpu / part.cpu)
  if (part.memory > 0) most = Math.min(most, Math.floor(room.memory / part.memory))
  if (part.pods > 0) most = Math.min(most, Math.floor(room.pods / part.pods))
  for (const name in part.devices) {
    const count = part.devices[name] ?? 0
    if (count > 0) most = Math.min(most, Math.floor((room.devices[name] ?? 0) / count))
  }
  return most
}

/** A Kubernetes quantity, also as clusters write it (`1e3`, `2Pi`); 0 where it is none. */
function numberIn(quantity: unknown): number {
  const text = String(quantity ?? '')
  const large: Readonly<Record<string, number>> = { P: 1e15, E: 1e18, Pi: 2 ** 50, Ei: 2 ** 60 }
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([PE]i?)$/.exec(text) ?? []
  if (digits !== undefined) return Number(digits) * (large[suffix] ?? 0)
  if (/^\d+(\.\d+)?[eE][-+]?\d+$/.test(text)) return Number(text)
  return quantityValue(text) ?? 0
}

/** The amounts in a map of resources; `round` decides whose favour a part of a millicore or a byte is in. */
export function amountsOf(resources: unknown, round: (value: number) => number): Amounts {
  const { cpu, memory, pods, ...others } = isRecord(resources) ? resources : {}
  const devices = Object.entries(others).filter(([name]) => !noDevice.test(name))
  return {
    // To the ninth decimal first: 0.1 + 0.2 of a core is no more than 0.3.
    cpu: round(Number((numberIn(cpu) * 1000).toFixed(6))),
    memory: round(numberIn(memory)),
    pods: Math.floor(numberIn(pods)),
    devices: Object.fromEntries(
      devices.map(([name, count]) => [name, Math.floor(numberIn(count))]),
    ),
  }
}

/** A limit stands for the request that was left out, as the API server has it. */
function requestOf(container: unknown): Amounts {
  const limits = at(container, 'resources', 'limits')
  const requests = at(container, 'resources', 'requests')
  const whole = { ...(isRecord(limits) ? limits : {}), ...(isRecord(requests) ? requests : {}) }
  return { ...amountsOf(whole, Math.ceil), pods: 0 }
}

/**
 * What the scheduler sets aside for one pod: its containers and sidecars together, or what starting takes, if that is more;
 * what is said for the pod as a whole instead; and its overhead (Kubernetes KEP-753, KEP-2837).
 */
export function podRequest(spec: unknown): Amounts {
  let sidecars = nothing
  let starting = nothing
  for (const container of recordsOf(at(spec, 'initContainers'))) {
    const own = requestOf(container)
    if (container.restartPolicy === 'Always') {
      sidecars = plus(sidecars, own)
      starting = largest(starting, sidecars)
    } else starting = largest(starting, plus(sidecars, own))
  }
  const running = recordsOf(at(spec, 'containers')).map(requestOf).reduce(plus, sidecars)
  const summed = largest(running, starting)
  const resources = at(spec, 'resources')
  const whole = isRecord(resources) ? requestOf({ resources }) : nothing
  const base = {
    ...summed,
    cpu: whole.cpu || summed.cpu,
    memory: whole.memory || summed.memory,
  }
  return { ...plus(base, amountsOf(at(spec, 'overhead'), Math.ceil)), pods: 1 }
}
