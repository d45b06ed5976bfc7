import { PlatformError } from '../../errors.ts'

/** No worker answered for the cluster in time. */
export function unanswered(cluster: string, deadlineMs: number): PlatformError {
  return new PlatformError(
    'cluster-unreachable',
    {
      en: `No worker answered for the cluster ${cluster} within ${deadlineMs / 1000} s.`,
      nl: `Geen worker antwoordde binnen ${deadlineMs / 1000} s voor het cluster ${cluster}.`,
    },
    {
      next: {
        en: 'Look at the state of the cluster; try again when a worker reports on it.',
        nl: 'Bekijk de toestand van het cluster; probeer het opnieuw als een worker ervan bericht.',
      },
      retryAfter: 10,
    },
  )
}
