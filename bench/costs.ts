/**
 * What deployments cost, counted rather than timed: calls of the API server by verb and resource, statements of PostgreSQL, and seconds
 * of processor time by process. Counts hold on a machine that others use too; times do not.
 */
import { readdir, readFile } from 'node:fs/promises'
import type { Database } from '#platform/adapters/database/database.ts'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'

/** Counts by what is counted; those of one moment, or what came between two. */
export type Counts = ReadonlyMap<string, number>

export type Costs = {
  /** `PATCH(apply) secrets`, `POST(create) pods/binding`; watches are left out. */
  readonly calls: Counts
  /** By the text of the statement, as PostgreSQL keeps it. */
  readonly statements: Counts
  /** Milliseconds that PostgreSQL spent in statements, by their text. */
  readonly executing: Counts
  /** Seconds by process. */
  readonly processor: Counts
}

export type CostsOf = {
  readonly api: KubeApi
  /** Of the control plane. */
  readonly workdir: string
  /** With `pg_stat_statements`, as its superuser. */
  readonly database: Database
  /** Process numbers by name; children, living and ended, count as theirs. */
  readonly processes: Readonly<Record<string, number>>
}

/** All that was spent so far. */
export async function costsSoFar({ api, workdir, database, processes }: CostsOf): Promise<Costs> {
  const rows = await database.query<{ query: string; calls: number; ms: number }>(
    `select query, sum(calls)::int as calls, sum(total_exec_time) as ms from pg_stat_statements
      where query not like '%pg_stat_statements%' group by query`,
  )
  const components = await componentProcesses(workdir)
  const named = [
    ...components.map(one => [one.name, one.pid] as const),
    ...Object.entries(processes),
  ]
  return {
    calls: callsIn(await api.request<string>('GET', '/metrics', { text: true })),
    statements: new Map(rows.map(row => [row.query, row.calls])),
    executing: new Map(rows.map(row => [row.query, row.ms])),
    processor: new Map(
      await Promise.all(named.map(async ([name, pid]) => [name, await secondsOf(pid)] as const)),
    ),
  }
}

/** What was spent since, for each of so many. */
export function costsSince(before: Costs, now: Costs, each: number): Costs {
  const since = (a: Counts, b: Counts) =>
    new Map([...b].map(([key, count]) => [key, (count - (a.get(key) ?? 0)) / each] as const))
  return {
    calls: since(before.calls, now.calls),
    statements: since(before.statements, now.statements),
    executing: since(before.executing, now.executing),
    processor: since(before.processor, now.processor),
  }
}

export function sumOf(counts: Counts): number {
  return [...counts.values()].reduce((sum, one) => sum + one, 0)
}

/** Dry runs are calls too. */
function callsIn(metrics: string): Counts {
  const counts = new Map<string, number>()
  for (const [, labels = '', count] of metrics.matchAll(
    /^apiserver_request_total\{(.*)\} (\S+)$/gm,
  )) {
    const {
      verb = '',
      resource = '',
      subresource,
    } = Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    )
    if (verb === 'WATCH') continue
    const name = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`
    counts.set(name, (counts.get(name) ?? 0) + Number(count))
  }
  return counts
}

/** Of a process with its children. `stat` counts in hundredths; what stands before the last `)` is a name and may be anything. */
async function secondsOf(pid: number): Promise<number> {
  const own = await statOf(pid)
  let sum = own.slice(11, 15).reduce((all, one) => all + Number(one), 0)
  for (const child of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const stat = await statOf(Number(child))
    if (Number(stat[1]) === pid) sum += Number(stat[11]) + Number(stat[12])
  }
  return sum / 100
}

async function statOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
