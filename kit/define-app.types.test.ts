/**
 * Faults that an author cannot write: the compiler refuses each line under an expect-error mark, and reports a mark that is not
 * needed. The numbers are the rows of a matrix of 24 faults that were seeded in real manifests; the lint test holds the others.
 */
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { defineApp } from './define-app.ts'
import type { Deployment } from './kubernetes/generated/apps-v1.ts'
import type { Ingress } from './kubernetes/generated/networking-v1.ts'
import { maybe, need } from './needs.ts'
import { generated, optional } from './secrets.ts'

const text = { en: 'A', nl: 'A' }
const base = {
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: text },
  image: 'registry.example/sample:1.0.0',
  settings: z.strictObject({
    language: z.enum(['en', 'nl']).default('en'),
    parallel: z.int().min(1).default(1),
  }),
  runAs: 1000,
  readyWithin: 60,
  env: () => ({}),
} as const
const ports = { http: 8080 } as const
const check = { path: '/health', port: 'http' } as const
const health = { startup: check, ready: check, live: check } as const
const resources = {
  requests: { cpu: '100m', memory: '128Mi' },
  limits: { cpu: '1', memory: '256Mi' },
} as const

const stateless = defineApp({ ...base, ports, health, resources, expose: 'http' })
const stateful = defineApp({
  ...base,
  ports,
  health,
  resources,
  volumes: { data: { mount: '/data', size: '1Gi' } },
})

function misspeltField() {
  // @ts-expect-error 1: a misspelt option
  stateless.mkDeployment({ replicsa: 2 })
  // @ts-expect-error 1: a misspelt field of the specification
  defineApp({ ...base, ports, health, resources, expos: 'http' })
}

function enumerations() {
  // @ts-expect-error 2: no such pull policy
  stateless.mkDeployment({ imagePullPolicy: 'Sometimes' })
  // @ts-expect-error 3: replicas are a number
  stateless.mkDeployment({ replicas: '3' })
  // @ts-expect-error no such language
  stateless.mkDeployment({ config: { language: 'fr' } })
}

function derivedNames() {
  // @ts-expect-error 4, 6: selectors are derived, so none can be missing or fail to match
  defineApp({ ...base, ports, health, resources, selector: { app: 'other' } })
  // @ts-expect-error 5: containers are derived, so none can be without a name
  defineApp({ ...base, ports, health, resources, containers: [{ image: 'x:1' }] })
  // @ts-expect-error 23: a container cannot be without an image: it is one of the module, or derived from its name
  defineApp({ ...base, ports, health, resources, image: null })
}

function quantities() {
  const limits = { cpu: '1', memory: '512MB' } as const
  // @ts-expect-error 7: 512MB is no quantity
  defineApp({ ...base, ports, health, resources: { ...resources, limits } })
  // @ts-expect-error 7: nor is it for who deploys
  stateless.mkDeployment({ resources: { limits: { memory: '512MB' } } })
}

function variables() {
  const { env: _, ...rest } = base
  defineApp({
    ...rest,
    ports,
    health,
    resources,
    // @ts-expect-error 9: a name stands in a record once
    // biome-ignore lint/suspicious/noDuplicateObjectKeys: it is the fault
    env: () => ({ A: '1', A: '2' }),
  })
  const both = { A: { value: '1', valueFrom: {} } }
  // @ts-expect-error 18: a value or a reference, never both
  defineApp({ ...rest, ports, health, resources, env: () => both })
  // 17: a number is written as text
  defineApp({ ...rest, ports, health, resources, env: () => ({ A: 1, B: true, C: undefined }) })
}

function portNames() {
  const wrong = { path: '/', port: 'metrics' } as const
  // @ts-expect-error 10: a probe names a declared port
  defineApp({ ...base, ports, resources, health: { ...health, live: wrong } })
  // @ts-expect-error 11: so does what is exposed
  defineApp({ ...base, ports, health, resources, expose: 'grpc' })
  // @ts-expect-error 19: ports are a record, so each has a name
  defineApp({ ...base, ports: [8080, 9090], health, resources })
  const provides = [{ capability: 'openai-api', port: 'grpc', path: '/v1' }] as const
  // @ts-expect-error a capability is provided on a declared port
  defineApp({ ...base, ports, health, resources, provides })
  const also = [{ capability: 'openai-api', port: 'http', also: ['grpc'], path: '/v1' }] as const
  // @ts-expect-error and so are its further ports
  defineApp({ ...base, ports, health, resources, provides: also })
}

function volumes() {
  // @ts-expect-error 13: mounts are declared with their volume
  defineApp({ ...base, ports, health, resources, mounts: [{ name: 'data', mountPath: '/data' }] })
  // @ts-expect-error 13: and a volume with its mount
  defineApp({ ...base, ports, health, resources, volumes: { data: { size: '1Gi' } } })
  // @ts-expect-error an app that owns a volume has one replica
  stateful.mkDeployment({ replicas: 2 })
}

function ingress() {
  const host = 'sample.example.org'
  // @ts-expect-error 14: paths and their types are derived
  stateless.mkDeployment({ ingress: { host, paths: [{ path: '/' }] } })
  // @ts-expect-error 22: so is the service behind the ingress
  stateless.mkDeployment({ ingress: { host, service: 'other' } })
  // @ts-expect-error there is no ingress unless it is asked for
  stateless.mkDeployment({}).ingress
  // @ts-expect-error an app that exposes nothing has none
  stateful.mkDeployment({ ingress: { host } })
}

function apiVersions(spec: Ingress['spec']) {
  const metadata = { name: 'sample' }
  // @ts-expect-error 15: a removed API version
  const removed: Ingress = { apiVersion: 'extensions/v1beta1', kind: 'Ingress', metadata, spec }
  return removed
}

function security() {
  // @ts-expect-error 21: the security context is derived
  defineApp({ ...base, ports, health, resources, securityContext: { privileged: true } })
  // @ts-expect-error an opening needs its reason
  defineApp({ ...base, ports, health, resources, relax: { writableRootFilesystem: {} } })
}

function settings() {
  const withoutDefault = z.strictObject({ language: z.enum(['en', 'nl']) })
  // @ts-expect-error {} is valid for every app, so every setting has a default
  defineApp({ ...base, ports, health, resources, settings: withoutDefault })
}

function context() {
  const { env: _, ...rest } = base
  defineApp({
    ...rest,
    ports,
    health,
    resources,
    needs: { llm: need('openai-api'), vectors: maybe('vector-store') },
    secrets: { session: generated({ title: text }), apiKey: optional({ title: text }) },
    env: ({ settings, needs, secrets, ports }) => {
      expectTypeOf(settings.language).toEqualTypeOf<'en' | 'nl'>()
      expectTypeOf(needs.llm.url).toEqualTypeOf<string>()
      expectTypeOf(needs.vectors).toEqualTypeOf<typeof needs.llm | undefined>()
      expectTypeOf(secrets.session).toEqualTypeOf<{ readonly secretKey: string }>()
      expectTypeOf(secrets.apiKey).toEqualTypeOf<{ readonly secretKey: string } | undefined>()
      expectTypeOf(ports.http).toEqualTypeOf<number>()
      // @ts-expect-error no such need
      return { A: needs.database }
    },
  })
}

function jobs() {
  const parts = {
    ...base,
    ports,
    health,
    resources,
    scratch: { tmp: { mount: '/tmp', size: '1Gi' } },
  } as const
  defineApp({ ...parts, jobs: { migrate: { phase: 'pre', mounts: ['tmp'] } } })
  // @ts-expect-error a job mounts what the app declares
  defineApp({ ...parts, jobs: { migrate: { phase: 'pre', mounts: ['data'] } } })
  // @ts-expect-error an app without volumes, scratch or files has nothing to mount
  defineApp({ ...base, ports, health, resources, jobs: { a: { phase: 'pre', mounts: ['x'] } } })
  // @ts-expect-error a job has a phase, and there are three of them
  defineApp({ ...parts, jobs: { migrate: { phase: 'before' } } })
  // @ts-expect-error a schedule is a time, and no phase of a revision
  defineApp({ ...parts, schedules: { tidy: { at: '0 3 * * *', phase: 'post' } } })
  // @ts-expect-error of five fields
  defineApp({ ...parts, schedules: { tidy: { at: 'daily' } } })
  const phase = 'test'
  // @ts-expect-error no such port
  defineApp({ ...parts, jobs: { a: { phase, args: ({ ports }) => [`${ports.grpc}`] } } })
}

test('the contract has an ingress in its type exactly when one is asked for', () => {
  const asked = stateless.mkDeployment({ ingress: { host: 'sample.example.org' } })
  expectTypeOf(asked.ingress).toEqualTypeOf<Ingress>()
  expectTypeOf(asked.deployment).toEqualTypeOf<Deployment>()
  expect(asked.ingress.spec.rules?.[0]?.host).toBe('sample.example.org')
  expect(stateless.mkDeployment()).not.toHaveProperty('ingress')
})

test('every fault of the matrix that types can refuse is refused by the compiler', () => {
  const faults = [misspeltField, enumerations, derivedNames, quantities, variables, portNames]
  const more = [volumes, ingress, apiVersions, security, settings, context, jobs]
  // The compiler is the judge (`npm run types`); this keeps the functions in use.
  expect([...faults, ...more]).toHaveLength(13)
})
