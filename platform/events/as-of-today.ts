/**
 * Events are kept for good as they were written; what has got another shape since is given that shape when it is read.
 *
 *   HealthChanged.reason: one English text until November 2026, now a text in both languages
 */
export function asOfToday(type: string, data: Record<string, unknown>): Record<string, unknown> {
  const { reason } = data
  if (type !== 'HealthChanged' || typeof reason !== 'string') return data
  return { ...data, reason: { en: reason, nl: reason } }
}
