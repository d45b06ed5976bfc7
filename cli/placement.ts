import { dataClasses } from '#api/data-classes.ts'
import type { Deployment } from '#api/deployments.ts'
import type { PlaceOfDeployment, Verdict } from '#api/placement.ts'
import { ago, clean } from './render.ts'
import { type Terminal, tell } from './terminal.ts'
import { word } from './words.ts'

/** Every cluster, whether it was chosen, and why. */
export function placementLines(terminal: Terminal, verdicts: readonly Verdict[]): string[] {
  return verdicts.map(
    ({ cluster, chosen, reason }) =>
      `  ${chosen ? '●' : '○'} ${clean(cluster)}: ${clean(tell(terminal, reason))}`,
  )
}

/** Where a deployment was placed and why, and the class of its data; nothing where that was not recorded. */
export function placedLines(
  terminal: Terminal,
  { placement }: Pick<Deployment, 'placement'>,
): string[] {
  if (placement === null) return []
  const { dataClass, verdicts } = placement
  return [
    ...(dataClass
      ? [
          `${tell(terminal, { en: 'data class', nl: 'gegevensklasse' })} ${dataClass} (${tell(terminal, dataClasses[dataClass].title)})`,
        ]
      : []),
    ...placementLines(
      terminal,
      verdicts.filter(one => one.chosen),
    ),
  ]
}

/** How it is on each of its clusters; nothing where there is one, of which all else is said. */
export function placeLines(
  terminal: Terminal,
  { placements }: Pick<Deployment, 'placements'>,
): string[] {
  if (placements.length < 2) return []
  return placements.map(place => {
    const { cluster, applied, revision, replicas, health } = place
    const at = revision ?? applied?.revision
    const shown =
      at === undefined ? '' : `, ${tell(terminal, { en: 'revision', nl: 'revisie' })} ${at}`
    const since = `${tell(terminal, { en: 'since', nl: 'sinds' })} ${ago(health.since)}`
    const has =
      replicas === undefined
        ? ''
        : `, ${replicas} ${tell(terminal, { en: 'replicas', nl: 'replica’s' })}`
    const why = health.reason ? `: ${clean(tell(terminal, health.reason))}` : ''
    return `  ${clean(cluster)}${partOf(terminal, place)}: ${word(terminal, health.state)} ${since}${shown}${has}${why}`
  })
}

function partOf(terminal: Terminal, { part, leavingSince }: PlaceOfDeployment): string {
  if (part === 'here') return ''
  const said = {
    coming: { en: 'it goes there', nl: 'gaat erheen' },
    leaving: { en: 'it left', nl: 'is er weg' },
  }[part]
  return ` (${tell(terminal, said)}${leavingSince ? `, ${ago(leavingSince)}` : ''})`
}

/** What stays of it where it does not run. */
export function keptLines(terminal: Terminal, { kept }: Pick<Deployment, 'kept'>): string[] {
  return kept.map(({ cluster, objects, since }) => {
    const said = { en: 'data is kept since', nl: 'gegevens bewaard sinds' }
    const what = objects.map(clean).join(', ')
    return `  ${clean(cluster)}: ${tell(terminal, said)} ${ago(since)} (${what}; --data delete ${tell(terminal, { en: 'erases it too', nl: 'wist ze ook' })})`
  })
}
