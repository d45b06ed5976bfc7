import type { Revision } from '#api/deployments.ts'
import { type Difference, differencesOf } from './differences.ts'

/** The part of a revision that decides how the app runs. */
function configurationOf({
  version,
  settings,
  bindings,
  env,
  replicas,
  resources,
  ingress,
  images,
}: Revision) {
  return { version, settings, bindings, env, replicas, resources, ingress, images }
}

/** What changes for the app between two revisions. */
export function revisionDifferences(before: Revision, after: Revision): Difference[] {
  return differencesOf(configurationOf(before), configurationOf(after))
}
