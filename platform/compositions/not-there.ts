import { PlatformError } from '#platform/errors.ts'
import type { Key } from './members.ts'

/** For what is foreign and what is not there alike. */
export function isNotThere({ namespace, name }: Key): PlatformError {
  return new PlatformError('not-found', {
    en: `There is no composition ${namespace}/${name}.`,
    nl: `Er is geen compositie ${namespace}/${name}.`,
  })
}
