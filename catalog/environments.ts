import { environments } from '#kit/environment.ts'
import { catalog } from './index.ts'

/** Who owns it, what it is booked on, and where it belongs: the names that cost reports look for unasked. */
const labels = { owner: '{team}', department: '{team}', env: '{environment}' }

/** What each environment gives the apps of the shelf, where an organisation has not written its own. */
export const shelfEnvironments = environments(
  {
    dev: { labels, monitoring: { namespace: 'monitoring' } },
    staging: { labels, monitoring: { namespace: 'monitoring' } },
    prod: { labels, monitoring: { namespace: 'monitoring' }, defaults: { replicas: 2 } },
  },
  catalog.map(each => each.app),
)
