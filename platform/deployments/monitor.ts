import type { Preview } from '#api/deployments.ts'
import type { AppData } from '#kit/app.ts'
import type { Environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { label } from '#platform/labels.ts'
import { type MonitorKind, monitorKinds, monitorVersion } from '#platform/monitor-kinds.ts'

/** Whether figures of a deployment are collected, and by an object of which kind. */
export type Monitoring =
  | { readonly state: 'collected'; readonly kind: MonitorKind }
  | { readonly state: Exclude<Preview['monitoring'], 'collected'> }

/**
 * Decides it from what the app declares, the environment wants and the cluster's worker last reported. What is not known is
 * not guessed: an object of a kind that a cluster does not have would fail the whole deployment.
 */
export async function monitoringOf(
  sql: Sql,
  app: AppData,
  environment: Environment,
  clusters: readonly string[],
): Promise<Monitoring> {
  if (app.metrics === null) return { state: 'app-has-none' }
  if (environment.monitoring === undefined) return { state: 'not-wanted' }
  const rows = await sql.query<{ monitors: readonly string[] | null }>(
    'select monitors from kade.cluster where name = any($1)',
    [[...clusters]],
  )
  if (rows.length === 0 || rows.some(row => row.monitors === null)) return { state: 'unknown' }
  const kind = monitorKinds.find(each => rows.every(row => row.monitors?.includes(each)))
  return kind === undefined ? { state: 'no-operator' } : { state: 'collected', kind }
}

type MonitorInput = {
  readonly app: AppData
  readonly deployment: string
  readonly namespace: string
  readonly name: string
  readonly kind: MonitorKind
  readonly monitoring: NonNullable<Environment['monitoring']>
  readonly labels: Readonly<Record<string, string>>
}

/** Has the figures of exactly this deployment's pods collected; none for an app that gives none. */
export function monitor(input: MonitorInput): readonly KubernetesObject[] {
  const { app, deployment, namespace, name, kind, monitoring, labels } = input
  if (app.metrics === null) return []
  const endpoints = [{ ...app.metrics, interval: monitoring.interval }]
  return [
    {
      apiVersion: monitorVersion,
      kind,
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: { [label.deployment]: deployment } },
        ...(kind === 'PodMonitor' ? { podMetricsEndpoints: endpoints } : { endpoints }),
      },
    },
  ]
}
