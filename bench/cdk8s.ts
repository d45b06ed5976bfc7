/**
 * cdk8s and its constructs, fetched from npm into a temporary folder for the time of one bench: Kade does not depend on them. Only
 * what the bench calls is typed.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, fields, list, text } from '#kit/lint/read.ts'

type Chart = { toJson(): unknown[] }
type Construct<Props> = new (chart: Chart, id: string, props: Props) => unknown
type Core = {
  readonly App: new () => object
  readonly Chart: new (app: object, id: string) => Chart
  readonly ApiObject: Construct<object>
  readonly Size: { mebibytes(amount: number): unknown }
}
type Plus = {
  readonly ServiceAccount: Construct<object>
  readonly PersistentVolumeClaim: Construct<object>
  readonly ConfigMap: Construct<{ data: unknown }>
  readonly Deployment: new (
    chart: Chart,
    id: string,
    props: object,
  ) => { exposeViaService(props: object): { exposeViaIngress(path: string): unknown } }
  readonly Probe: { fromHttpGet(path: string, props: object): unknown }
  readonly EnvValue: { fromValue(value: string): unknown }
  readonly Cpu: { millis(amount: number): unknown }
}
export type Cdk8s = {
  readonly versions: string
  /** The objects of one app as data, put through a chart. */
  readonly asData: (objects: readonly KubernetesObject[]) => unknown
  /** A comparable app written with constructs: as many workloads, services, claims, files, variables and probes. */
  readonly asConstructs: (objects: readonly KubernetesObject[]) => unknown
  readonly remove: () => Promise<void>
}

const packages = ['cdk8s', 'cdk8s-plus-33', 'constructs']

/** Fetches it, or answers why it cannot be had. */
export async function fetchCdk8s(): Promise<Cdk8s | { readonly why: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'kade-bench-cdk8s-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    const options = { cwd: folder, timeout: 180_000 }
    await promisify(execFile)(
      'npm',
      ['install', '--prefix', folder, ...flags, ...packages],
      options,
    )
    const load = createRequire(join(folder, 'bench.js'))
    const [core, plus]: [Core, Plus] = [load(packages[0] ?? ''), load(packages[1] ?? '')]
    const versionOf = (name: string) => `${name} ${load(`${name}/package.json`).version}`
    return {
      versions: packages.slice(0, 2).map(versionOf).join(', '),
      asData: objects => asData(core, objects),
      asConstructs: objects => asConstructs(core, plus, objects),
      remove,
    }
  } catch (error) {
    await remove()
    return { why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}

function asData(core: Core, objects: readonly KubernetesObject[]): unknown {
  const chart = new core.Chart(new core.App(), 'app')
  for (const [index, object] of objects.entries()) new core.ApiObject(chart, `o${index}`, object)
  return chart.toJson()
}

function asConstructs(core: Core, plus: Plus, objects: readonly KubernetesObject[]): unknown {
  const chart = new core.Chart(new core.App(), 'app')
  for (const [index, { kind, ...object }] of objects.entries()) {
    const id = `o${index}`
    if (kind === 'ServiceAccount') new plus.ServiceAccount(chart, id, {})
    if (kind === 'ConfigMap') new plus.ConfigMap(chart, id, { data: object.data })
    if (kind === 'PersistentVolumeClaim')
      new plus.PersistentVolumeClaim(chart, id, { storage: core.Size.mebibytes(1024) })
    if (kind !== 'Deployment') continue
    const containers = list(at(object, 'spec', 'template', 'spec', 'containers'))
    const deployment = new plus.Deployment(chart, id, {
      replicas: 1,
      containers: containers.map((each, position) => container(core, plus, each, position)),
    })
    const service = deployment.exposeViaService({ ports: [{ port: 8080 }] })
    if (objects.some(each => each.kind === 'Ingress')) service.exposeViaIngress('/')
  }
  return chart.toJson()
}

function container(core: Core, plus: Plus, from: unknown, position: number): object {
  const probe = plus.Probe.fromHttpGet('/health', { port: 8080 + position })
  const variables = list(fields(from).env).map(each => [
    text(at(each, 'name')) ?? '',
    plus.EnvValue.fromValue(text(at(each, 'value')) ?? ''),
  ])
  return {
    name: text(at(from, 'name')),
    image: text(at(from, 'image')),
    portNumber: 8080 + position,
    envVariables: Object.fromEntries(variables),
    startup: probe,
    readiness: probe,
    liveness: probe,
    resources: {
      cpu: { request: plus.Cpu.millis(100), limit: plus.Cpu.millis(1000) },
      memory: { request: core.Size.mebibytes(128), limit: core.Size.mebibytes(1024) },
    },
  }
}
