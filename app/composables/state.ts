import { useI18n } from 'vue-i18n'
import type { Deployment } from '#api/deployments.ts'
import type { HealthState } from '#api/health.ts'
import type { Operation, OperationState } from '#api/operations.ts'
import { useTime } from './time.ts'

type Look = { tone: 'good' | 'busy' | 'warn' | 'bad' | 'plain'; icon: string; spin?: boolean }

export const healthLooks: Record<HealthState, Look> = {
  healthy: { tone: 'good', icon: 'i-lucide-circle-check' },
  progressing: { tone: 'busy', icon: 'i-lucide-loader-circle', spin: true },
  degraded: { tone: 'bad', icon: 'i-lucide-circle-x' },
  suspended: { tone: 'plain', icon: 'i-lucide-circle-pause' },
  missing: { tone: 'warn', icon: 'i-lucide-circle-dashed' },
  unknown: { tone: 'plain', icon: 'i-lucide-circle-help' },
}

export const operationLooks: Record<OperationState, Look> = {
  queued: { tone: 'busy', icon: 'i-lucide-hourglass' },
  running: { tone: 'busy', icon: 'i-lucide-loader-circle', spin: true },
  succeeded: { tone: 'good', icon: 'i-lucide-check' },
  failed: { tone: 'bad', icon: 'i-lucide-octagon-x' },
  cancelled: { tone: 'plain', icon: 'i-lucide-ban' },
  'needs-approval': { tone: 'warn', icon: 'i-lucide-stamp' },
}

export function isOpen(operation: Operation): boolean {
  return operation.state === 'queued' || operation.state === 'running'
}

/** The states in words; what is not known says since when, and what is simulated says so. */
export function useStateWords() {
  const { t } = useI18n()
  const { moment } = useTime()

  function health({ health: { state, since }, simulated }: Deployment): string {
    const words =
      state === 'unknown'
        ? t('words.unknownSince', { time: moment(since) })
        : t(`words.health.${state}`)
    return simulated ? t('words.withSimulated', { state: words }) : words
  }

  function operation({ kind, state, step }: Operation): string {
    const doing =
      step && (state === 'running' || step === 'blocked')
        ? t(`words.step.${step}`)
        : t(`words.state.${state}`)
    return t('words.operation', { kind: t(`words.kind.${kind}`), state: doing })
  }

  return { health, operation }
}
