import type { Text } from '#api/names.ts'
import { label } from '#platform/labels.ts'

/** What may be left of a deployment that was forgotten, and how to find it once its cluster is back. */
export function leftRunning(deployment: string, clusters: readonly string[]): Text {
  const where = clusters.join(', ')
  const by = `${label.deployment}=${deployment}`
  return {
    en: `Whatever stood on ${where} may still run there, with its data and its secrets: nobody looks after it. When the cluster is back, kade clusters lists it; it bears the label ${by}.`,
    nl: `Wat er op ${where} stond kan daar nog draaien, met gegevens en geheimen: niemand kijkt er nog naar om. Is het cluster terug, dan noemt kade clusters het; het draagt het label ${by}.`,
  }
}
