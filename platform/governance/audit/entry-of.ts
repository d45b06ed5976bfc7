import type { AuditEntry } from '#api/audit.ts'
import type { Asked } from '#platform/events/asked.ts'
import type { Place } from '#platform/events/places.ts'
import type { StoredEvent } from '#platform/events/types.ts'
import { compare } from './before-after.ts'

/** A line that has no place in the chain yet. */
export type AuditDraft = Omit<AuditEntry, 'seq' | 'prevHash' | 'hash'>

type Data = Readonly<Record<string, unknown>>

export type Told = {
  readonly event: StoredEvent
  readonly asked: Asked | undefined
  readonly place: Place | null
  /** What earlier events said of the same thing. */
  readonly before: Data | undefined
  /** What this one says of it. */
  readonly now: Data
}

/** Kade did these by itself, and somebody may have to answer for it. */
const byItself: readonly string[] = ['WebhookDisabled', 'FailoverHeld']

/** Whether an event is an action of a person, a program or Kade itself; others tell of what happens. */
export function isAudited(event: StoredEvent): boolean {
  return (
    'actor' in event.data ||
    ['account', 'audit'].includes(categoryOf(event)) ||
    byItself.includes(event.type)
  )
}

/** The line that an event makes: the six things that each has to have, and what is known beyond them. */
export function entryOf({ event, asked, place, before, now }: Told): AuditDraft {
  // Every event's data is an object; the union of their shapes has no index of its own.
  const data = event.data as Data
  const text = (key: string) => (typeof data[key] === 'string' ? data[key] : undefined)
  const actor = text('actor') ?? text('account') ?? 'platform'
  const isAsker = asked?.actor.id === actor
  return {
    id: event.id,
    at: event.at.toISOString(),
    event: event.type,
    action: text('action') ?? asked?.action ?? actionOf(event),
    actor: {
      id: actor,
      roles: isAsker ? [...asked.actor.roles] : [],
      via: text('via') ?? (isAsker ? asked.actor.via : 'platform'),
    },
    object: objectOf(event, place),
    team: text('team') ?? place?.team ?? null,
    ...outcomeOf(event),
    origin: asked ? { ...asked.origin } : { client: 'kade' },
    ...(asked ? { request: asked.request } : {}),
    ...(event.stream.startsWith('audit-') ? {} : compare(before, now)),
    ...reasonOf(data),
    ...approvalOf(data),
  }
}

function categoryOf({ stream }: StoredEvent): string {
  return stream.slice(0, stream.indexOf('-'))
}

function outcomeOf(event: StoredEvent): Pick<AuditDraft, 'result' | 'code' | 'count' | 'policies'> {
  if (event.type !== 'RequestRefused') return { result: 'allow' }
  const { result, code, count, policies } = event.data
  return { result, code, count, ...(policies ? { policies } : {}) }
}

/** For what Kade does by itself, and for what was asked before requests were kept: the word of the contract that comes nearest. */
function actionOf(event: StoredEvent): string {
  if (event.type === 'DeploymentRequested') {
    const { kind } = event.data
    return kind === 'create' || kind === 'delete' ? `deployment.${kind}` : 'deployment.update'
  }
  if (event.type === 'SecretRevealed') return 'secret.reveal'
  if (event.type === 'SignedIn') return 'session.open'
  if (event.type === 'ApprovalUsed') return 'deployment.update'
  const words: Readonly<Record<string, string>> = {
    app: 'catalogue.change',
    approval: 'approval.decide',
    deployment: 'deployment.update',
    namespace: 'namespace.create',
    observed: 'deployment.update',
  }
  const category = categoryOf(event)
  return words[category] ?? `${category}.change`
}

function objectOf(event: StoredEvent, place: Place | null): AuditDraft['object'] {
  if (event.type === 'RequestRefused' || event.type === 'RequestAllowed') return event.data.object
  const category = categoryOf(event)
  const own = event.stream.slice(category.length + 1)
  const named = place?.deployment ? `${place.namespace}/${place.deployment}` : own
  if (event.type === 'SecretRevealed')
    return { kind: 'secret', id: `${named}/${event.data.secret}` }
  if (event.type === 'DeploymentRequested' && event.data.revision)
    return { kind: 'deployment', id: named, digest: event.data.revision.objects }
  if (category === 'deployment' || category === 'observed') return { kind: 'deployment', id: named }
  if (event.type === 'QuotaSet')
    return { kind: category, id: `${event.data.scope}/${event.data.name}` }
  if (event.type === 'AppAdded') return { kind: 'app', id: own, digest: event.data.digest }
  return { kind: category, id: own }
}

/** On whose consent: the operation that asked for it, or the approval of an exception. */
function approvalOf(data: Data): Pick<AuditDraft, 'approval'> {
  const [given]: readonly unknown[] = Array.isArray(data.approvals) ? data.approvals : []
  if (typeof given === 'string') return { approval: given }
  return typeof data.continues === 'string' && data.consents ? { approval: data.continues } : {}
}

function reasonOf(data: Data): Pick<AuditDraft, 'reason'> {
  for (const said of [data.reason, isRecord(data.revision) && data.revision.reason, data.why]) {
    if (typeof said === 'string') return { reason: said }
    if (isRecord(said) && typeof said.en === 'string') return { reason: said.en }
  }
  return {}
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null
}
