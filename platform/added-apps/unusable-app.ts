import type { UnusableApp } from '#api/apps.ts'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import { PlatformError } from '#platform/errors.ts'

/** What is said of an app that was admitted by an earlier Kade, and would not be by this one. */
export function unusableApp(
  { id, added }: Pick<UnusableApp, 'id' | 'added'>,
  violations: readonly Violation[],
): UnusableApp {
  const reason: Text = {
    en: `The app ${id} was added from outside under earlier rules, and breaks those of today.`,
    nl: `De app ${id} is onder eerdere regels van buiten toegevoegd en voldoet niet aan die van nu.`,
  }
  const next: Text = {
    en: `Add a version that keeps to them (kade apps add), or take it off the shelf (kade apps remove ${id}). What was deployed of it goes on: its status and logs can be seen, and it can be deleted.`,
    nl: `Voeg een versie toe die eraan voldoet (kade apps add), of haal hem uit de catalogus (kade apps remove ${id}). Wat ervan is uitgerold gaat door: status en logs blijven zichtbaar en verwijderen kan.`,
  }
  return { id, added, reason, violations: violations.slice(0, 50), next }
}

/** The refusal of whoever wants to use it. */
export function isUnusable({ reason, violations, next }: UnusableApp): PlatformError {
  return new PlatformError('module-refused', reason, { violations, next })
}
