import { compose } from '#kit/compose.ts'
import { backend } from './backend/backend.ts'
import { bff } from './bff/bff.ts'
import { worker } from './worker/worker.ts'

/** BeTrace as it runs in production; `betrace.yaml` says the same to `kade compose`. */
export const betrace = compose(
  [
    { name: 'bff', app: bff, replicas: 3 },
    { name: 'worker', app: worker },
    { name: 'backend', app: backend },
  ],
  { namespace: 'production' },
)
