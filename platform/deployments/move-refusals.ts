import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { RevisionData } from '#platform/events/types.ts'
import type { Actor } from '#platform/platform.ts'
import { consumersOf, namesOf, type Provider } from './consumers.ts'
import { claimNames } from './standing-claims.ts'

/** What it begins with where it goes; on `finds` it left data before. */
function beginsWith(finds: readonly string[]): Text {
  const where = finds.join(', ')
  if (where === '')
    return {
      en: 'it would begin empty where it goes',
      nl: 'waar hij naartoe gaat begint hij leeg',
    }
  return {
    en: `it would go on with what it left on ${where} before`,
    nl: `hij gaat verder met wat hij eerder op ${where} achterliet`,
  }
}

/** Throws `conflict` where volumes stay behind on clusters that are left, and nobody agreed to that. */
export function refuseDataLeft(
  objects: readonly KubernetesObject[],
  left: readonly string[],
  data: 'leave' | undefined,
  finds: readonly string[] = [],
): void {
  const claims = claimNames(objects)
  if (data === 'leave' || left.length === 0 || claims.length === 0) return
  const [where, which] = [left.join(', '), claims.join(', ')]
  const begins = beginsWith(finds)
  const detail = {
    en: `its data stays on ${where}: ${which}`,
    nl: `de gegevens blijven op ${where}: ${which}`,
  }
  throw new PlatformError(
    'conflict',
    {
      en: `Its data does not move: ${which} would stay on ${where}, and ${begins.en}.`,
      nl: `De gegevens verhuizen niet mee: ${which} zou op ${where} blijven, en ${begins.nl}.`,
    },
    {
      violations: [{ pointer: '/data', detail }],
      next: {
        en: 'Copy the data out first where it is needed. Then agree: "data": "leave" (--data leave). Nothing was changed.',
        nl: 'Haal de gegevens er eerst uit als die nodig zijn. Stem dan in: "data": "leave" (--data leave). Er is niets gewijzigd.',
      },
    },
  )
}

/** Throws `in-use` where somebody uses it from a cluster on which it would no longer run. */
export async function refuseCutOff(
  sql: Sql,
  actor: Pick<Actor, 'teams'>,
  provider: Provider,
  clusters: readonly string[],
  /** Clusters that are down: who uses it there reaches nothing as it is. */
  down: readonly string[] = [],
): Promise<void> {
  // One that is being deleted, or bound to something else, may yet stay as it was.
  const users = await consumersOf(sql, provider)
  if (users.length === 0) return
  const away = await sql.query<{ id: string }>(
    'select id from kade.deployment where id = any($1) and not clusters <@ $2',
    [users.map(one => one.id), [...clusters, ...down]],
  )
  const cut = users.filter(one => away.some(({ id }) => id === one.id))
  if (cut.length === 0) return
  const who = namesOf(cut, actor.teams)
  const where = clusters.join(', ')
  throw new PlatformError(
    'in-use',
    {
      en: `${who.en} would not reach it on ${where}: within a cluster only is one reached by another.`,
      nl: `${who.nl} zou hem op ${where} niet bereiken: alleen binnen een cluster bereikt de een de ander.`,
    },
    {
      next: {
        en: 'Have it run on those clusters as well, or bind what uses it to something else first.',
        nl: 'Laat hem ook op die clusters draaien, of koppel wat hem gebruikt eerst aan iets anders.',
      },
    },
  )
}

/** What of a revision decides about its pods. */
type Content = Pick<RevisionData, 'objects' | 'secretVersion'>

/**
 * Throws `conflict` where a change of clusters makes something else of it on clusters where it stays: these would get that at once,
 * neither in waves nor gone back from where it fails, as a move is no trial.
 */
export function refuseBoth(now: Content, next: Content, stays: readonly string[]): void {
  if (stays.length === 0) return
  if (now.objects === next.objects && now.secretVersion === next.secretVersion) return
  const where = stays.join(', ')
  const detail = {
    en: `it stays on ${where}, and would be changed there in the same step`,
    nl: `hij blijft op ${where}, en zou daar in dezelfde stap worden gewijzigd`,
  }
  throw new PlatformError(
    'conflict',
    {
      en: `It cannot be changed and moved in one step while it stays on ${where}.`,
      nl: `Hij kan niet in één stap worden gewijzigd en verhuisd zolang hij op ${where} blijft.`,
    },
    {
      violations: [{ pointer: '/placement', detail }],
      next: {
        en: 'Change it first with its place as it is, then its clusters (kade move, or the place alone). Nothing was changed.',
        nl: 'Wijzig hem eerst op de plaats die hij heeft, dan zijn clusters (kade move, of alleen de plaats). Er is niets gewijzigd.',
      },
    },
  )
}

/** It runs on exactly these clusters already. */
export function isThere(clusters: readonly string[]): PlatformError {
  const where = clusters.join(', ')
  return new PlatformError(
    'conflict',
    { en: `It runs on ${where} already.`, nl: `Hij draait al op ${where}.` },
    {
      next: {
        en: 'Name other clusters. A move that is under way ends by stopping its operation.',
        nl: 'Noem andere clusters. Een verhuizing die bezig is, eindigt door haar bewerking te stoppen.',
      },
    },
  )
}

/** What a refusal names, for a preview; nothing where there is none. */
export async function inTheWay(refuse: () => Promise<void>): Promise<Violation[]> {
  try {
    await refuse()
    return []
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { violations = [] } = error.details
    return violations.length > 0 ? violations : [{ pointer: '/to', detail: error.text }]
  }
}
