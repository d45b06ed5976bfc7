import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'

const buckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Series = { count: number; seconds: number; within: number[] }

export type HttpMetrics = {
  /** The text form that Prometheus reads, version 0.0.4. */
  render(): string
  stop(): void
}

/** Counts every answer by method, route and status; routes are patterns, so that there are few of them. */
export function countRequests(app: FastifyInstance): HttpMetrics {
  const answers = new Map<string, Series>()
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const labels = `method="${request.method}",route="${route}",status="${reply.statusCode}"`
    const seconds = reply.elapsedTime / 1000
    const series = answers.get(labels) ?? { count: 0, seconds: 0, within: buckets.map(() => 0) }
    series.count += 1
    series.seconds += seconds
    for (const [index, bound] of buckets.entries())
      if (seconds <= bound) series.within[index] = (series.within[index] ?? 0) + 1
    answers.set(labels, series)
  })
  return {
    render: () => [...processLines(lag.percentile(99)), ...httpLines(answers), ''].join('\n'),
    stop: () => lag.disable(),
  }
}

function httpLines(answers: ReadonlyMap<string, Series>): string[] {
  const name = 'kade_http_request_duration_seconds'
  const lines = [`# HELP ${name} Time to answer an HTTP request.`, `# TYPE ${name} histogram`]
  for (const [labels, { count, seconds, within }] of answers) {
    for (const [index, bound] of buckets.entries())
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${within[index]}`)
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`)
    lines.push(`${name}_sum{${labels}} ${seconds}`, `${name}_count{${labels}} ${count}`)
  }
  return lines
}

function processLines(lagNanoseconds: number): string[] {
  const cpu = process.cpuUsage()
  const gauges: [name: string, help: string, type: string, value: number][] = [
    [
      'process_cpu_seconds_total',
      'CPU time of this process.',
      'counter',
      (cpu.user + cpu.system) / 1e6,
    ],
    [
      'process_resident_memory_bytes',
      'Memory of this process.',
      'gauge',
      process.memoryUsage.rss(),
    ],
    [
      'process_start_time_seconds',
      'When this process began.',
      'gauge',
      Date.now() / 1000 - process.uptime(),
    ],
    [
      'nodejs_eventloop_lag_p99_seconds',
      'Event loop delay, 99th percentile.',
      'gauge',
      lagNanoseconds / 1e9,
    ],
  ]
  return gauges.flatMap(([name, help, type, value]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    `${name} ${value}`,
  ])
}
