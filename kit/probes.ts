import type { Container, Probe } from './kubernetes/generated/core-v1.ts'

type Timing = {
  /** Seconds between two checks. */
  readonly every?: number
  /** So many failures in a row count. */
  readonly failAfter?: number
  /** Seconds. */
  readonly timeout?: number
}

/** An HTTP request, a connection, or a command in the container: the first that the app can answer. */
export type Check<PortName extends string = string> = Timing &
  (
    | { readonly path: `/${string}`; readonly port: PortName }
    | { readonly tcp: PortName }
    | { readonly command: readonly string[] }
  )

/**
 * `startup` gives a slow start its time, `ready` may look at what the app depends on, `live` must not: a restart does not
 * mend someone else's outage.
 */
export type Health<PortName extends string = string> = {
  readonly startup: Check<PortName>
  readonly ready: Check<PortName>
  readonly live: Check<PortName>
}

function action(check: Check): Pick<Probe, 'httpGet' | 'tcpSocket' | 'exec'> {
  if ('path' in check) return { httpGet: { path: check.path, port: check.port } }
  if ('tcp' in check) return { tcpSocket: { port: check.tcp } }
  return { exec: { command: check.command } }
}

function probe(check: Check, defaults: { every: number; failAfter: number }): Probe {
  return {
    ...action(check),
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

/** The paths that tell how the app is, each once; none where it has no HTTP check. */
export function healthEndpoints(health: Health): readonly string[] {
  const checks = [health.startup, health.ready, health.live]
  return [...new Set(checks.flatMap(check => ('path' in check ? [check.path] : [])))]
}
