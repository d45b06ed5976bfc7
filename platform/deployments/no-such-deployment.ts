import type { Text } from '#api/names.ts'
import { PlatformError } from '#platform/errors.ts'
import type { DeploymentKey } from './find.ts'

/** Where no name is at hand. */
export const noDeployment: Text = {
  en: 'There is no such deployment.',
  nl: 'Zo’n uitrol is er niet.',
}

/** For what is foreign and what is not there alike. */
export function noSuchDeployment({ namespace, name }: DeploymentKey): PlatformError {
  return new PlatformError('not-found', {
    en: `There is no deployment ${namespace}/${name}.`,
    nl: `Er is geen uitrol ${namespace}/${name}.`,
  })
}
