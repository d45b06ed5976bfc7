/**
 * The 24 faults that were once seeded in real manifests, by what they are. Nineteen an author cannot write: the compiler refuses each
 * in a module. Five are said by the linter. One run of `kade module check` meets them all. Each is also brought in through
 * `transform`, past the compiler, where schemas and linter must find it.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { check } from '#kit/check.ts'
import { defineApp } from '#kit/define-app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { renderInput } from '#kit/render-input.ts'
import type { CheckReport } from './report.ts'

const source = `
import { defineApp } from '@kade/kit/define-app'
import type { Deployment } from '@kade/kit/kubernetes/generated/apps-v1'
import type { Container, EnvVar } from '@kade/kit/kubernetes/generated/core-v1'
import type { HTTPIngressPath, Ingress } from '@kade/kit/kubernetes/generated/networking-v1'
import { z } from 'zod'

const probe = { path: '/health', port: 'http' } as const
export const sample = defineApp({
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: { en: 'A', nl: 'A' } },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  expose: 'http',
  settings: z.strictObject({}),
  volumes: { data: { mount: '/data', size: '1Gi' } },
  health: { startup: probe, ready: probe, live: probe },
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
  runAs: 1000,
  readyWithin: 60,
  env: () => ({ LEVEL: 'info' }),
})
`

/** A piece of text and what stands in its place; an empty first piece puts the second at the end. */
type Change = readonly [was: string, is: string]

type Fault = {
  readonly what: string
  /** What an author would write, in the source above. */
  readonly written: Change
  /** What the compiler says of it, or the linter where the compiler cannot. */
  readonly refused: RegExp
  /** The same in the JSON of what the sample renders, and the rule that finds it there. */
  readonly smuggled: Change
  readonly rule: string
}

const refusedByTypes: readonly Fault[] = [
  {
    what: '1: a misspelt field',
    written: ["expose: 'http'", "expos: 'http'"],
    refused: /'expos' does not exist .* Did you mean to write 'expose'/,
    smuggled: ['"replicas":1', '"replicsa":1'],
    rule: 'schema',
  },
  {
    what: '2: a pull policy that does not exist',
    written: ['', "sample.mkDeployment({ imagePullPolicy: 'Sometimes' })"],
    refused: /"Sometimes"' is not assignable to type 'PullPolicy'/,
    smuggled: ['"imagePullPolicy":"IfNotPresent"', '"imagePullPolicy":"Sometimes"'],
    rule: 'schema',
  },
  {
    what: '3: replicas as text',
    written: ['', "sample.mkDeployment({ replicas: '3' })"],
    refused: /Type 'string' is not assignable to type '0 \| 1'/,
    smuggled: ['"replicas":1', '"replicas":"3"'],
    rule: 'schema',
  },
  {
    what: '4: a Deployment without a selector',
    written: ['', "export const spec: Deployment['spec'] = { template: {} }"],
    refused: /'selector' is missing/,
    smuggled: ['"selector":{"matchLabels":', '"minReadySeconds":0,"other":{"matchLabels":'],
    rule: 'schema',
  },
  {
    what: '5: a container without a name',
    written: ['', "export const container: Container = { image: 'a:1' }"],
    refused: /'name' is missing/,
    smuggled: ['"containers":[{"name":"sample",', '"containers":[{'],
    rule: 'schema',
  },
  {
    what: '6: a selector that does not match its pods',
    written: ['runAs: 1000', "runAs: 1000, selector: { app: 'other' }"],
    refused: /'selector' does not exist/,
    smuggled: [
      '"matchLabels":{"app.kubernetes.io/name":"sample"',
      '"matchLabels":{"app.kubernetes.io/name":"other"',
    ],
    rule: 'selector',
  },
  {
    what: '7: a quantity with a unit that does not exist',
    written: ["memory: '256Mi'", "memory: '512MB'"],
    refused: /"512MB"' is not assignable/,
    smuggled: ['"memory":"256Mi"', '"memory":"512MB"'],
    rule: 'quantity',
  },
  {
    what: '9: a variable that is set twice',
    written: ["LEVEL: 'info'", "LEVEL: 'info', LEVEL: 'debug'"],
    refused: /cannot have multiple properties with the same name/,
    smuggled: [
      '{"name":"LEVEL","value":"info"}',
      '{"name":"LEVEL","value":"info"},{"name":"LEVEL","value":"x"}',
    ],
    rule: 'unique-env',
  },
  {
    what: '10: a probe on a port that is not declared',
    written: ['live: probe }', "live: { path: '/', port: 'metrics' } }"],
    refused: /"metrics"' is not assignable to type '"http"'/,
    smuggled: ['"port":"http"}', '"port":"metrics"}'],
    rule: 'probe-port',
  },
  {
    what: '11: a Service that leads to a port that is not declared',
    written: ["expose: 'http'", "expose: 'grpc'"],
    refused: /"grpc"' is not assignable to type '"http"'/,
    smuggled: ['"targetPort":"http"', '"targetPort":"grpc"'],
    rule: 'target-port',
  },
  {
    what: '13: a mount without a volume',
    written: ['runAs: 1000', "runAs: 1000, mounts: [{ name: 'lost', mountPath: '/lost' }]"],
    refused: /'mounts' does not exist/,
    smuggled: ['"name":"data","mountPath"', '"name":"lost","mountPath"'],
    rule: 'mounted-volume',
  },
  {
    what: '14: an ingress path without its type',
    written: ['', "export const path: HTTPIngressPath = { path: '/', backend: {} }"],
    refused: /'pathType' is missing/,
    smuggled: ['"pathType":"Prefix",', ''],
    rule: 'schema',
  },
  {
    what: '15: a removed API version',
    written: ['', "export const version: Ingress['apiVersion'] = 'extensions/v1beta1'"],
    refused: /"extensions\/v1beta1"' is not assignable to type '"networking.k8s.io\/v1"'/,
    smuggled: ['"apiVersion":"networking.k8s.io/v1"', '"apiVersion":"extensions/v1beta1"'],
    rule: 'kind-allowed',
  },
  {
    what: '17: a variable that is a number',
    written: ['', "export const variable: EnvVar = { name: 'LEVEL', value: 1 }"],
    refused: /Type 'number' is not assignable to type 'string'/,
    smuggled: ['"value":"info"', '"value":1'],
    rule: 'env-is-text',
  },
  {
    what: '18: a variable with a value and a reference',
    written: ["LEVEL: 'info'", "LEVEL: { value: 'info', valueFrom: {} }"],
    refused: /'value' does not exist in type '.*SecretRef/,
    smuggled: ['"value":"info"', '"value":"info","valueFrom":{}'],
    rule: 'one-env-source',
  },
  {
    what: '19: several ports without names',
    written: ['ports: { http: 8080 }', 'ports: [8080, 9090]'],
    refused: /is not assignable/,
    smuggled: ['"ports":[{"name":"http","port":8080,', '"ports":[{"port":9090},{"port":8080,'],
    rule: 'port-name',
  },
  {
    what: '21: a privileged container that may not escalate',
    written: ['runAs: 1000', 'runAs: 1000, securityContext: { privileged: true }'],
    refused: /'securityContext' does not exist/,
    smuggled: [
      '"allowPrivilegeEscalation":false',
      '"allowPrivilegeEscalation":false,"privileged":true',
    ],
    rule: 'restricted',
  },
  {
    what: '22: an ingress to a Service that is not there',
    written: ['', "sample.mkDeployment({ ingress: { host: 'a.example.org', service: 'other' } })"],
    refused: /'service' does not exist/,
    smuggled: ['"service":{"name":"sample"', '"service":{"name":"lost"'],
    rule: 'ingress-service',
  },
  {
    what: '23: a container without an image',
    written: ["image: 'registry.example/sample:1.0.0'", 'image: null'],
    refused: /Type 'null' is not assignable/,
    smuggled: ['"image":"registry.example/sample:1.0.0",', ''],
    rule: 'fixed-image',
  },
]

const saidByLint: readonly Fault[] = [
  {
    what: '8: a name that no object can have',
    written: ["id: 'sample'", "id: 'Open_WebUI'"],
    refused: /"Open_WebUI.*" is no object name/,
    smuggled: ['"name":"sample-data"', '"name":"Open_WebUI"'],
    rule: 'object-name',
  },
  {
    what: '12: a request above its limit',
    written: ["memory: '128Mi'", "memory: '512Mi'"],
    refused: /512Mi is more than the limit of 256Mi/,
    smuggled: ['"memory":"128Mi"', '"memory":"512Mi"'],
    rule: 'request-within-limit',
  },
  {
    what: '16: a port that cannot exist',
    written: ['http: 8080', 'http: 70000'],
    refused: /70000 is no port: 1 to 65535/,
    smuggled: ['"containerPort":8080', '"containerPort":70000'],
    rule: 'port-range',
  },
  {
    what: '20: a negative grace period',
    written: ['readyWithin: 60', 'readyWithin: 60, stopWithin: -1'],
    refused: /-1 is no time: 0 or more seconds/,
    smuggled: ['"terminationGracePeriodSeconds":30', '"terminationGracePeriodSeconds":-1'],
    rule: 'grace-period',
  },
  {
    what: '24: a label value with a space',
    written: ["version: '1.0.0'", "version: '1.0 beta'"],
    refused: /"1.0 beta" is no label value/,
    smuggled: ['"app.kubernetes.io/version":"1.0.0"', '"app.kubernetes.io/version":"1.0 beta"'],
    rule: 'label-value',
  },
]

function changed(text: string, [was, is]: Change): string {
  expect(text).toContain(was)
  return was === '' ? text + is : text.replace(was, is)
}

describe('kade module check', () => {
  const fileOf = ({ what }: { what: string }) => `fault-${Number.parseInt(what, 10)}`
  let folder: string
  let report: CheckReport

  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'kade-faults-')), 'sample')
    await writeModule()
    report = await checked()
  }, 120_000)
  afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }))

  /** A module with every fault that lint says. It names the types of the other nineteen, which are compiled with it and never run. */
  async function writeModule(): Promise<void> {
    await mkdir(folder)
    for (const fault of refusedByTypes)
      await writeFile(join(folder, `${fileOf(fault)}.ts`), changed(source, fault.written))
    const types = refusedByTypes.map(each => {
      const file = fileOf(each)
      return `export type Of${Number.parseInt(each.what, 10)} = typeof import('./${file}.ts')\n`
    })
    const linted = saidByLint.reduce((text, { written }) => changed(text, written), source)
    await writeFile(join(folder, 'sample.ts'), linted + types.join(''))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  }

  function checked(): Promise<CheckReport> {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url))
    const args = [main, 'module', 'check', folder, '--runs', '1', '-o', 'json']
    const env = { ...process.env, KADE_HOME: join(folder, 'none') }
    return new Promise((done, fail) => {
      const child = execFile(process.execPath, args, { env }, (_, out, err) =>
        child.exitCode === 3 ? done(JSON.parse(out)) : fail(new Error(err)),
      )
    })
  }

  const findings = (rung: string) => report.rungs.find(each => each.rung === rung)?.findings ?? []

  test.each(refusedByTypes)('does not let an author write fault $what', fault => {
    const found = findings('types').filter(each => each.pointer.startsWith(`${fileOf(fault)}.ts:`))
    expect(found.map(each => each.detail)).toEqual([expect.stringMatching(fault.refused)])
  })

  test.each(saidByLint)('finds fault $what', ({ rule, refused }) => {
    const detail = expect.stringMatching(refused)
    expect(findings('lint')).toContainEqual(expect.objectContaining({ rule, detail }))
  })
})

describe('schemas and linter', () => {
  const probe = { path: '/health', port: 'http' } as const
  const sample = defineApp({
    info: {
      id: 'sample',
      name: 'Sample',
      version: '1.0.0',
      category: 'test',
      description: { en: 'A', nl: 'A' },
    },
    image: 'registry.example/sample:1.0.0',
    ports: { http: 8080 },
    expose: 'http',
    settings: z.strictObject({}),
    volumes: { data: { mount: '/data', size: '1Gi' } },
    health: { startup: probe, ready: probe, live: probe },
    resources: {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '1', memory: '256Mi' },
    },
    runAs: 1000,
    readyWithin: 60,
    env: () => ({ LEVEL: 'info' }),
  })
  const rendered = JSON.stringify(
    sample.render(renderInput(sample, { name: 'sample', ingress: { host: 'a.example.org' } })),
  )

  test('find nothing in the sample itself', () => {
    expect(check(JSON.parse(rendered))).toEqual([])
  })

  test.each([...refusedByTypes, ...saidByLint])(
    'find fault $what in what transform brings',
    fault => {
      const objects: KubernetesObject[] = JSON.parse(changed(rendered, fault.smuggled))
      expect(check(objects).map(each => each.rule)).toContain(fault.rule)
    },
  )

  test('are 24 faults, each once', () => {
    const numbers = [...refusedByTypes, ...saidByLint].map(({ what }) => Number.parseInt(what, 10))
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
  })
})
