import type { TimelineEntry } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { readStreamBackwards } from '#platform/events/store.ts'
import type { EventData, Phase, StoredEvent } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { failoverText } from './failover-texts.ts'
import { type DeploymentKey, findDeployment } from './find.ts'
import { healthInDutch } from './health-words.ts'
import { decodeCursor, toPage } from './pages.ts'
import { placeText } from './place-texts.ts'
import { streamOf } from './stream.ts'

const kinds: Record<string, Text> = {
  create: { en: 'Deploying', nl: 'Uitrollen' },
  update: { en: 'Changing the configuration', nl: 'Wijzigen van de configuratie' },
  rollback: { en: 'Rolling back', nl: 'Teruggaan' },
  restart: { en: 'Restarting', nl: 'Herstarten' },
  move: { en: 'Moving', nl: 'Verhuizen' },
  delete: { en: 'Deleting', nl: 'Verwijderen' },
}

function kindText(kind: string): Text {
  return kinds[kind] ?? { en: kind, nl: kind }
}

type Begins = (revision: number, cluster: string) => string
const phaseBegins: Record<Phase, { en: Begins; nl: Begins }> = {
  pre: {
    en: (revision, cluster) =>
      `The jobs that go before revision ${revision} run on ${cluster}; nothing else of it is applied yet`,
    nl: (revision, cluster) =>
      `De taken die aan revisie ${revision} voorafgaan draaien op ${cluster}; verder is er nog niets van toegepast`,
  },
  main: {
    en: (revision, cluster) =>
      `Revision ${revision} was applied to ${cluster}; waiting until it serves`,
    nl: (revision, cluster) =>
      `Revisie ${revision} is toegepast op ${cluster}; wachten tot hij werkt`,
  },
  test: {
    en: (revision, cluster) => `Revision ${revision} serves on ${cluster} and is being tested`,
    nl: (revision, cluster) => `Revisie ${revision} werkt op ${cluster} en wordt getest`,
  },
  post: {
    en: (revision, cluster) => `The jobs that follow revision ${revision} run on ${cluster}`,
    nl: (revision, cluster) => `De taken die op revisie ${revision} volgen draaien op ${cluster}`,
  },
}

const phaseEnds: Record<Phase, Text> = {
  pre: { en: 'The jobs that go first are done.', nl: 'De taken vooraf zijn klaar.' },
  main: { en: 'The app serves.', nl: 'De app werkt.' },
  test: { en: 'The tests passed.', nl: 'De tests zijn geslaagd.' },
  post: { en: 'The jobs that follow have ended.', nl: 'De taken achteraf zijn afgelopen.' },
}

function requestText(data: EventData<'DeploymentRequested'>): Text {
  const asked = askedText(data)
  const { why } = data
  return why ? { en: `${asked.en} ${why.en}`, nl: `${asked.nl} ${why.nl}` } : asked
}

function movedText({ en, nl }: Text, { to, clusters }: EventData<'DeploymentRequested'>): Text {
  const where = clusters.join(', ')
  return {
    en: `${en} was asked for, to ${where}, with revision ${to}: the last that served.`,
    nl: `${nl} is aangevraagd, naar ${where}, met revisie ${to}: de laatste die werkte.`,
  }
}

function askedText(data: EventData<'DeploymentRequested'>): Text {
  const { kind, consents = [], placement, to } = data
  const { en, nl } = kindText(kind)
  const touched = consents.map(one => one.object).join(', ')
  if (touched)
    return {
      en: `${en} was asked for, with consent to touch ${touched}.`,
      nl: `${nl} is aangevraagd, met toestemming om ${touched} aan te raken.`,
    }
  if (kind === 'move' && to !== undefined) return movedText({ en, nl }, data)
  const chosen = placement?.verdicts.filter(one => one.chosen) ?? []
  const [where] = chosen
  if (where && chosen.length === 1)
    return {
      en: `${en} was asked for, on ${where.cluster}. ${where.reason.en}`,
      nl: `${nl} is aangevraagd, op ${where.cluster}. ${where.reason.nl}`,
    }
  if (where) {
    const names = chosen.map(one => one.cluster).join(', ')
    return {
      en: `${en} was asked for, on ${names}.`,
      nl: `${nl} is aangevraagd, op ${names}.`,
    }
  }
  return { en: `${en} was asked for.`, nl: `${nl} is aangevraagd.` }
}

/** What an event says to a person, in both languages. */
export function textOf(event: StoredEvent): Text {
  switch (event.type) {
    case 'DeploymentRequested':
      return requestText(event.data)
    case 'DeploymentBlocked':
      return {
        en: event.data.waitsFor.map(one => one.message.en).join(' '),
        nl: event.data.waitsFor.map(one => one.message.nl).join(' '),
      }
    case 'DeploymentStarted':
      if (event.data.after)
        return {
          en: `${phaseEnds[event.data.after].en} A worker goes on.`,
          nl: `${phaseEnds[event.data.after].nl} Een worker gaat verder.`,
        }
      return takenUp(event.data.tries ?? event.data.attempt, event.data.cluster)
    case 'PhaseStarted':
    case 'DeploymentApplied': {
      const { revision, cluster, phase = 'main' } = event.data
      return {
        en: `${phaseBegins[phase].en(revision, cluster)}.`,
        nl: `${phaseBegins[phase].nl(revision, cluster)}.`,
      }
    }
    case 'PlaceSettled':
    case 'PlaceEmptied':
    case 'DeploymentMoved':
    case 'WaveHeld':
    case 'WaveStarted':
      return placeText(event)
    case 'DeploymentCompleted':
      return {
        en: `Revision ${event.data.revision} serves.`,
        nl: `Revisie ${event.data.revision} werkt.`,
      }
    case 'DeploymentFailed':
      if (event.data.asks)
        return {
          en: `It needs your consent: ${event.data.cause.message.en}`,
          nl: `Het heeft je toestemming nodig: ${event.data.cause.message.nl}`,
        }
      return {
        en: `It failed: ${event.data.cause.message.en}`,
        nl: `Mislukt: ${event.data.cause.message.nl}`,
      }
    case 'OperationCancelled':
      return event.data.supersededBy
        ? {
            en: 'A newer request took its place.',
            nl: 'Een nieuwer verzoek kwam ervoor in de plaats.',
          }
        : { en: 'It was cancelled.', nl: 'Het is afgebroken.' }
    case 'DeploymentDeleted':
      return endOf(event.data)
    case 'DeploymentRolledBack':
      return {
        en: `Rolled back from revision ${event.data.from} to what revision ${event.data.to} was.`,
        nl: `Teruggegaan van revisie ${event.data.from} naar wat revisie ${event.data.to} was.`,
      }
    case 'SecretRevealed':
      return {
        en: `The secret "${event.data.secret}" was shown.`,
        nl: `Het geheim "${event.data.secret}" is getoond.`,
      }
    case 'HealthChanged': {
      const said = (reason: string | undefined) => (reason ? `: ${reason}` : '.')
      const { reason } = event.data
      return {
        en: `Seen on ${event.data.cluster} as ${event.data.to}${said(reason?.en)}`,
        nl: `Gezien op ${event.data.cluster} als ${healthInDutch[event.data.to] ?? event.data.to}${said(reason?.nl)}`,
      }
    }
    case 'FailoverChosen':
    case 'FailoverHeld':
      return failoverText(event)
    case 'DriftChanged':
    case 'ObjectsRepaired':
      return objectsText(event)
    default:
      return { en: event.type, nl: event.type }
  }
}

type ObjectsEvent = Extract<StoredEvent, { type: 'DriftChanged' | 'ObjectsRepaired' }>

function objectsText(event: ObjectsEvent): Text {
  const objects = event.data.objects.join(', ')
  if (event.type === 'ObjectsRepaired')
    return {
      en: `Made again on ${event.data.cluster} while it was cut off: ${objects}.`,
      nl: `Opnieuw gemaakt op ${event.data.cluster} terwijl het onbereikbaar was: ${objects}.`,
    }
  return event.data.drifted
    ? { en: `Changed by hand: ${objects}.`, nl: `Met de hand gewijzigd: ${objects}.` }
    : { en: 'The objects are as applied again.', nl: 'De objecten zijn weer zoals toegepast.' }
}

/** Beyond every position: a story's first page begins at its end. */
const end = 2 ** 31 - 1

/**
 * The story of a deployment, newest first: what was asked and done, and what was seen. A cursor holds a position in each of
 * its two streams, so that a page costs the same however long the story is, and news do not shift it.
 */
export async function readTimeline(
  sql: Sql,
  actor: Actor,
  key: DeploymentKey,
  query: { limit: number; cursor?: string | undefined },
): Promise<{ items: TimelineEntry[]; next: string | null }> {
  const id = await findDeployment(sql, actor, key)
  const before = query.cursor ? decodeCursor(query.cursor, ['number', 'number']) : []
  const [doneBefore = end, seenBefore = end] = before.map(Number)
  const done = await readStreamBackwards(sql, streamOf(id), doneBefore, query.limit + 1)
  const seen = await readStreamBackwards(sql, `observed-${id}`, seenBefore, query.limit + 1)
  const events = newestFirst(done, seen)
  const shown = new Set(events.slice(0, query.limit))
  // A stream of which this page shows nothing goes on from its newest event of now: what comes later is not of this story.
  const nextOf = (stream: readonly StoredEvent[]) =>
    stream.findLast(event => shown.has(event))?.position ?? (stream[0]?.position ?? -1) + 1
  const next = () => [String(nextOf(done)), String(nextOf(seen))]
  return toPage(events.slice(0, query.limit + 1), query.limit, entry, next)
}

/** Merges by time and keeps the order of each stream, whose events two clocks may have dated. */
function newestFirst(done: readonly StoredEvent[], seen: readonly StoredEvent[]): StoredEvent[] {
  const merged: StoredEvent[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [a, b] = [done[i], seen[j]]
    if (!a && !b) return merged
    const first = !b || (a && a.at >= b.at) ? a : b
    if (first) merged.push(first)
    if (first === a) i += 1
    else j += 1
  }
}

function entry(event: StoredEvent): TimelineEntry {
  const data: Record<string, unknown> = event.data
  return {
    id: event.id,
    at: event.at.toISOString(),
    event: event.type,
    text: textOf(event),
    ...(typeof data.actor === 'string' ? { actor: data.actor } : {}),
    ...(typeof data.operation === 'string' ? { operation: data.operation } : {}),
    ...(typeof data.revision === 'number' ? { revision: data.revision } : {}),
  }
}

function takenUp(tries: number, cluster: string): Text {
  if (tries === 1)
    return {
      en: `A worker took it up on ${cluster}.`,
      nl: `Een worker heeft het opgepakt op ${cluster}.`,
    }
  return {
    en: `A worker took it up again on ${cluster} (attempt ${tries}).`,
    nl: `Een worker heeft het opnieuw opgepakt op ${cluster} (poging ${tries}).`,
  }
}

function endOf({ forgotten }: EventData<'DeploymentDeleted'>): Text {
  if (!forgotten) return { en: 'It was deleted.', nl: 'Hij is verwijderd.' }
  return {
    en: `It was forgotten, without ${forgotten.join(', ')}: what stood there may still run.`,
    nl: `Hij is vergeten, zonder ${forgotten.join(', ')}: wat daar stond kan nog draaien.`,
  }
}
