import { type EnvironmentDefinition, environments } from '#kit/environment.ts'
import type { EnvironmentName } from '#kit/environment-name.ts'
import { catalog } from './index.ts'

/** Who owns it, what it is booked on, and where it belongs: the names that cost reports look for unasked. */
const labels = { owner: '{team}', department: '{team}', env: '{environment}' }

/** Where a Prometheus operator usually lives. */
const monitoring = { namespace: 'monitoring' }

/** What each environment gives the apps of the shelf, where an organisation has not written its own. */
export const environmentDefinitions: Readonly<Record<EnvironmentName, EnvironmentDefinition>> = {
  dev: { labels, monitoring },
  staging: { labels, monitoring },
  prod: { labels, monitoring, defaults: { replicas: 2 } },
}

export const shelfEnvironments = environments(
  environmentDefinitions,
  catalog.map(each => each.app),
)
