import { setTimeout as delay } from 'node:timers/promises'
import { prefix } from '#platform/labels.ts'

/** Runs kubectl with these arguments and answers what it printed. */
type Kubectl = (args: string[]) => Promise<string>

const TURNS = 20
const PAUSE_MS = 300

/**
 * A kwok-controller that starts beside pods which nobody has played yet sometimes sees them before it knows their nodes,
 * and then forgets them for good (seen on 0.8.0, once in four starts). A change reminds it, so each of them gets one until
 * it is played or gone. After a few seconds the rest is left: something else holds those.
 */
export async function remindOfPods(kubectl: Kubectl): Promise<void> {
  for (let turn = 1; turn <= TURNS; turn++) {
    const forgotten = await forgottenPods(kubectl)
    if (forgotten.size === 0) return
    for (const [namespace, names] of forgotten) {
      const mark = `${prefix}reminded=${turn}`
      await kubectl(['annotate', '--overwrite', '-n', namespace, 'pods', ...names, mark]).catch(
        // One of them went in the meantime; the next turn sees who is left.
        () => '',
      )
    }
    await delay(PAUSE_MS)
  }
}

const COLUMNS = [
  '.metadata.namespace',
  '.metadata.name',
  '.spec.nodeName',
  '.status.startTime',
  '.metadata.deletionTimestamp',
]
const NONE = '<none>'

/** Pods on a node that were never started, or are to go; their names by namespace. */
async function forgottenPods(kubectl: Kubectl): Promise<Map<string, string[]>> {
  const columns = COLUMNS.map((path, index) => `${index}:${path}`).join(',')
  const table = await kubectl([
    'get',
    'pods',
    '-A',
    '--no-headers',
    '-o',
    `custom-columns=${columns}`,
  ])
  const names = new Map<string, string[]>()
  for (const line of table.split('\n')) {
    const [namespace, name, node, started, ending] = line.trim().split(/\s+/)
    if (namespace === undefined || name === undefined || node === NONE) continue
    if (started !== NONE && ending === NONE) continue
    names.set(namespace, [...(names.get(namespace) ?? []), name])
  }
  return names
}
