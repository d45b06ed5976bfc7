/** Kinds of the Prometheus operator that say from where figures are collected; a cluster may have none of them. */
export const monitorGroup = 'monitoring.coreos.com'
export const monitorVersion = `${monitorGroup}/v1`
/** In the order in which Kade would use them. */
export const monitorKinds = ['PodMonitor', 'ServiceMonitor'] as const
export type MonitorKind = (typeof monitorKinds)[number]

/** As they stand in URLs and roles. */
export const monitorResources = ['podmonitors', 'servicemonitors'] as const
