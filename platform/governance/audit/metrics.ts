import type { Sql } from '#platform/adapters/database/database.ts'
import { auditLag } from './queries.ts'

/** How far the audit is behind the events, in the text form of Prometheus. */
export async function auditMetrics(sql: Sql): Promise<string> {
  const { events, seconds } = await auditLag(sql)
  return [
    '# HELP kade_audit_lag_events Events that are not in the chain of the audit yet.',
    '# TYPE kade_audit_lag_events gauge',
    `kade_audit_lag_events ${events}`,
    '# HELP kade_audit_lag_seconds Time that the oldest of them has waited.',
    '# TYPE kade_audit_lag_seconds gauge',
    `kade_audit_lag_seconds ${seconds}`,
    '',
  ].join('\n')
}
