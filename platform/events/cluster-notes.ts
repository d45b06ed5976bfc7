import type { ClusterNote } from '../federation/cluster-note.ts'
import type { CloudEvent } from './cloud-event.ts'
import type { EventData, EventName } from './types.ts'

type Said = Pick<ClusterNote, 'type' | 'text'>
type Sentences = {
  readonly [N in EventName]?: (data: EventData<N>) => Said | null
}

/** What the API server takes as the note of an Event. */
const MAX_BYTES = 1024
const TROUBLE: ReadonlySet<string> = new Set(['degraded', 'missing'])

/**
 * What is said in a cluster, and of which events nothing is. A create is told of from its objects on: before, nothing is there
 * to tell it of. Who did it stays out: Kade's own timeline tells that to who may know.
 */
const sentences: Sentences = {
  DeploymentRequested: ({ kind, revision }) =>
    kind === 'create'
      ? null
      : normal(
          revision ? `Asked for: ${kind}, revision ${revision.number}.` : `Asked for: ${kind}.`,
        ),
  DeploymentBlocked: ({ waitsFor }) => normal(waitsFor.map(one => one.message.en).join(' ')),
  DeploymentApplied: ({ revision }) =>
    normal(`Revision ${revision} was applied; its pods are waited for.`),
  DeploymentCompleted: ({ kind, revision }) =>
    normal(`The ${kind} ended well: revision ${revision} serves.`),
  DeploymentFailed: ({ kind, cause, next }) =>
    warning(`The ${kind} failed. ${cause.message.en} ${next.en}`),
  OperationCancelled: ({ kind, supersededBy }) =>
    normal(`The ${kind} was stopped${supersededBy ? ': a newer request took its place' : ''}.`),
  DeploymentRolledBack: ({ from, to, automatic }) =>
    normal(`Went back from revision ${from} to ${to}${automatic ? ', by itself' : ''}.`),
  HealthChanged: ({ from, to, reason }) => {
    // What is missing at first and then comes is a create, which is told anyway.
    if (from !== 'degraded' && !TROUBLE.has(to)) return null
    const text = `Health went from ${from} to ${to}.${reason ? ` ${reason.en}` : ''}`
    return TROUBLE.has(to) ? warning(text) : normal(text)
  },
  DriftChanged: ({ drifted, objects }) =>
    drifted
      ? warning(`Somebody else changed ${objects.join(', ')}.`)
      : normal('Everything stands as it was applied again.'),
}

const ends: ReadonlySet<string> = new Set([
  'DeploymentCompleted',
  'DeploymentFailed',
  'OperationCancelled',
])

/**
 * The events without what they themselves overtake: that a revision was applied says nothing any more beside how its operation ended.
 * Each note is a write on every object that it stands on.
 */
export function notOvertaken(events: readonly CloudEvent[]): readonly CloudEvent[] {
  const ended = new Set(events.filter(one => ends.has(nameIn(one))).map(one => one.data.operation))
  return events.filter(one => nameIn(one) !== 'DeploymentApplied' || !ended.has(one.data.operation))
}

/** What is told of an event in a cluster where its deployment stands; null for an event that is not told there. */
export function noteOf(event: CloudEvent, deployment: string): ClusterNote | null {
  const [namespace, name] = (event.subject ?? '').split('/')
  const reason = nameIn(event)
  // Of an event whose data was left out for its size nothing can be said.
  if (!namespace || !name || !isTold(reason) || event.dataomitted) return null
  const said = say(reason, event.data)
  if (!said) return null
  const { id, time: at } = event
  return { id, deployment, namespace, name, reason, at, ...said, text: shortened(said.text) }
}

function isTold(name: string): name is keyof Sentences {
  return Object.hasOwn(sentences, name)
}

function say<N extends EventName>(name: N, data: CloudEvent['data']): Said | null {
  // `cloudEvent` made it from an event of this name, and leaves out nothing that is read here.
  return sentences[name]?.(data as EventData<N>) ?? null
}

function nameIn({ type }: CloudEvent): string {
  return type.split('.').at(-2) ?? ''
}

function normal(text: string): Said {
  return { type: 'Normal', text }
}

function warning(text: string): Said {
  return { type: 'Warning', text }
}

/** Cut between characters, never within one. */
function shortened(text: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES) return text
  const cut = Buffer.from(text).subarray(0, MAX_BYTES - 3)
  return `${new TextDecoder().decode(cut, { stream: true })}…`
}
