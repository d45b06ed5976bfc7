import { dataClasses } from '#api/data-classes.ts'
import type { Deployment } from '#api/deployments.ts'
import type { Verdict } from '#api/placement.ts'
import { clean } from './render.ts'
import { type Terminal, tell } from './terminal.ts'

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
