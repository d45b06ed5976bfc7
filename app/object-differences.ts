import type { ObjectChange } from '#api/deployments.ts'
import { type Difference, differencesOf } from './differences.ts'

type Loose = Record<string, unknown>

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields by which Kubernetes tells the items of a list apart; the first that all items have, each with another value. */
const identities = ['name', 'mountPath', 'containerPort', 'port', 'host', 'path']

function identityIn(list: readonly unknown[]): string | undefined {
  return identities.find(field => {
    const values = list.map(item => (isRecord(item) ? item[field] : undefined))
    return values.every(value => value !== undefined) && new Set(values).size === values.length
  })
}

/** An item stands under its name, and so need not repeat it; one that is nothing but its name keeps it. */
function withoutIdentity(item: Loose, identity: string): Loose {
  const { [identity]: _name, ...rest } = item
  return differencesOf({}, rest).length > 0 ? rest : item
}

/** Lists of objects as records, so that each item is compared with its namesake and not with its neighbour. */
function keyed(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (!value.some(isRecord)) return value
    const identity = identityIn(value)
    const entries = value.map((item, index) =>
      identity && isRecord(item)
        ? [`[${item[identity]}]`, keyed(withoutIdentity(item, identity))]
        : [`[${index}]`, keyed(item)],
    )
    return Object.fromEntries(entries)
  }
  if (!isRecord(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [
    key.includes('.') ? `[${key}]` : key,
    keyed(inner),
  ])
  return Object.fromEntries(entries)
}

/** What says which object it is; that stands above the details already. */
const identity = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace'])

/**
 * Where a Kubernetes object would change, field by field: `spec.containers[web].image`, what most people know first. A Secret comes without its values,
 * and so it is one line that repeats how they were masked.
 */
export function objectDifferences({ before, after }: ObjectChange): Difference[] {
  if (typeof after === 'string') return [{ path: 'data', before: undefined, after }]
  return differencesOf(keyed(before), keyed(after))
    .map(difference => ({ ...difference, path: difference.path.replaceAll('.[', '[') }))
    .filter(({ path, before: old }) => old !== undefined || !identity.has(path))
    .sort((one, other) => rank(one.path) - rank(other.path))
}

/** What people have a word for stands first, what Kubernetes keeps its books with last. */
export function rank(path: string): number {
  const key = plainName(path)?.key
  if (key === 'label' || key === 'annotation') return 2
  return key ? 0 : 1
}

const amounts: Readonly<Record<string, string>> = {
  'requests.cpu': 'cpuRequest',
  'limits.cpu': 'cpuLimit',
  'requests.memory': 'memoryRequest',
  'limits.memory': 'memoryLimit',
}

const names: readonly [RegExp, string][] = [
  [/^spec\.replicas$/, 'replicas'],
  [/ontainers\[[^\]]+\]\.image$/, 'image'],
  [/\.env\[([^\]]+)\]/, 'env'],
  [/^data\[([^\]]+)\]$/, 'config'],
  [/^data\.([^.]+)$/, 'config'],
  [/^data$/, 'secret'],
  [/resources\.requests\.storage$/, 'storage'],
  [/(?:host|hosts|rules\[[^\]]+\])$/, 'host'],
  [/\.(?:port|containerPort|targetPort)$/, 'port'],
  [/labels(?:\[|\.)([^\]]+)\]?$/, 'label'],
  [/annotations(?:\[|\.)([^\]]+)\]?$/, 'annotation'],
]

/** The plain name of a field that most people have a word for: a key of the `deploy.field` texts with its blank. */
export function plainName(path: string): { key: string; name: string } | undefined {
  const amount = /resources\.((?:requests|limits)\.(?:cpu|memory))$/.exec(path)?.[1]
  const key = amount && amounts[amount]
  if (key) return { key, name: '' }
  for (const [pattern, found] of names) {
    const match = pattern.exec(path)
    if (match) return { key: found, name: match[1] ?? '' }
  }
  return undefined
}
