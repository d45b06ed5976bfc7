import type { Container, Probe } from './kubernetes/generated/core-v1.ts'

/** An HTTP check. `failAfter` failures in a row count, one check `every` so many seconds. */
export type Check<PortName extends string = string> = {
  readonly path: `/${string}`
  readonly port: PortName
  readonly every?: number
  readonly failAfter?: number
  readonly timeout?: number
}

/**
 * `startup` gives a slow start its time, `ready` may look at what the app depends on, `live` must not: a restart does not
 * mend someone else's outage.
 */
export type Health<PortName extends string = string> = {
  readonly startup: Check<PortName>
  readonly ready: Check<PortName>
  readonly live: Check<PortName>
}

function probe(check: Check, defaults: { every: number; failAfter: number }): Probe {
  return {
    httpGet: { path: check.path, port: check.port },
    periodSeconds: check.every ?? defaults.every,
    failureThreshold: check.failAfter ?? defaults.failAfter,
    timeoutSeconds: check.timeout ?? 5,
  }
}

export function probes(
  health: Health,
): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  return {
    startupProbe: probe(health.startup, { every: 5, failAfter: 60 }),
    readinessProbe: probe(health.ready, { every: 10, failAfter: 3 }),
    livenessProbe: probe(health.live, { every: 20, failAfter: 3 }),
  }
}

/** The paths that tell how the app is, each once. */
export function healthEndpoints(health: Health): readonly string[] {
  return [...new Set([health.startup.path, health.ready.path, health.live.path])]
}
