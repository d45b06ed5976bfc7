import { stripVTControlCharacters } from 'node:util'
import type { Logs } from '#api/logs.ts'
import { type KubeApi, KubeError, type LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import { inParallel } from './parallel.ts'
import { at, recordsOf, textOf } from './reading.ts'

type LogLine = Logs['items'][number]

/** UTF-16 units. A line of megabytes (a stack of base64, a progress bar) must not reach a browser. */
const longestLine = 16_384
/** Bytes taken from one container, whatever its lines are. */
const mostBytes = 2_000_000
const mostPods = 20

type Wanted = { readonly lines: number; readonly since?: string | undefined }

/**
 * The last `lines` lines of all containers of a deployment, in order of time, made safe to show. With `since` only those
 * from that second on: the API server knows no smaller step.
 */
export async function logsOf(
  target: { readonly namespace: string; readonly name: string },
  wanted: Wanted,
  { observer, simulated }: { readonly observer: KubeApi; readonly simulated: boolean },
): Promise<Logs> {
  const { lines } = wanted
  const { items } = await observer.list('v1', 'Pod', {
    namespace: target.namespace,
    labelSelector: `${label.instance}=${target.name},${label.deployment}`,
  })
  const newest = items.toSorted((a, b) =>
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
  )
  const pods = newest.slice(0, mostPods)
  const streams = pods.flatMap(pod => startedContainers(pod).map(container => ({ pod, container })))
  const found = await inParallel(streams, async ({ pod, container }) => {
    const text = await read(pod, container, wanted, observer)
    return linesOf(text, { pod: pod.metadata.name, container })
  })
  const all = found.flat().toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
  const last = lines > 0 ? all.slice(-lines) : []
  return {
    items: last,
    simulated,
    truncated: all.length > lines || newest.length > mostPods || last.some(isCut),
  }
}

function startedContainers(pod: LiveObject): readonly string[] {
  return [
    ...recordsOf(at(pod, 'status', 'initContainerStatuses')),
    ...recordsOf(at(pod, 'status', 'containerStatuses')),
  ]
    .filter(
      one =>
        at(one, 'state', 'running') ??
        at(one, 'state', 'terminated') ??
        at(one, 'lastState', 'terminated'),
    )
    .flatMap(one => textOf(one.name) ?? [])
}

async function read(
  pod: LiveObject,
  container: string,
  { lines, since }: Wanted,
  observer: KubeApi,
): Promise<string> {
  const query = new URLSearchParams({
    container,
    timestamps: 'true',
    tailLines: String(lines),
    limitBytes: String(mostBytes),
    ...(since === undefined ? {} : { sinceTime: since }),
  })
  const { namespace, name } = pod.metadata
  try {
    return await observer.request<string>(
      'GET',
      `/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`,
      { text: true },
    )
  } catch (error) {
    // The pod went, its container has not begun, or its node does not answer: the others still have something to say.
    if (error instanceof KubeError && [400, 404, 500, 502, 503].includes(error.code)) return ''
    throw error
  }
}

/** Pure: `2026-11-21T10:00:00.123456789Z text` per line; what has no time in front keeps its text. */
export function linesOf(
  text: string,
  from: { readonly pod: string; readonly container: string },
): LogLine[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) (.*)$/s.exec(line)
      const at = match?.[1] === undefined ? null : isoTime(match[1])
      return { at, ...from, text: shortened(plain(at === null ? line : (match?.[2] ?? ''))) }
    })
}

/** Nanoseconds, as the container runtime writes them, fit no date of JavaScript's; what is kept still sorts. */
function isoTime(time: string): string | null {
  return Number.isNaN(Date.parse(time)) ? null : time
}

function shortened(text: string): string {
  return text.length > longestLine ? `${text.slice(0, longestLine)}${cutMark}` : text
}

const cutMark = ' … [cut]'

function isCut(line: LogLine): boolean {
  return line.text.endsWith(cutMark)
}

const controls = /(?!\t)\p{Cc}/gu

/** Colours, cursor movements, window titles and links are orders to a terminal, and a log is not to give any. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(controls, '')
}
