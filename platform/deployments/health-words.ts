import type { HealthState } from '#api/health.ts'

/** The states of health as Dutch sentences name them. */
export const healthInDutch: Readonly<Record<string, string>> = {
  healthy: 'gezond',
  progressing: 'bezig',
  degraded: 'verstoord',
  suspended: 'gepauzeerd',
  missing: 'afwezig',
  unknown: 'onbekend',
} satisfies Record<HealthState, string>
