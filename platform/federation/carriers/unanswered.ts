import { PlatformError } from '../../errors.ts'

/** No worker answered for the cluster in time. */
export function unanswered(cluster: string, deadlineMs: number): PlatformError {
  return new PlatformError(
    'cluster-unreachable',
    `No worker answered for the cluster ${cluster} within ${deadlineMs / 1000} s.`,
    {
      next: 'Look at the state of the cluster; try again when a worker reports on it.',
      retryAfter: 10,
    },
  )
}
