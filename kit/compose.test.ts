import { expect, expectTypeOf, it, test } from 'vitest'
import { z } from 'zod'
import { compose } from './compose.ts'
import { defineApp } from './define-app.ts'
import type { Ingress } from './kubernetes/generated/networking-v1.ts'
import type { DeploymentObjects } from './module-contract.ts'
import { ModuleError } from './module-error.ts'
import { maybe, need } from './needs.ts'
import { generated } from './secrets.ts'

const text = { en: 'Sample', nl: 'Voorbeeld' }
const check = { path: '/health', port: 'http' } as const
const parts = {
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  health: { startup: check, ready: check, live: check },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 60,
} as const
const info = { name: 'Sample', version: '1.0.0', category: 'test', description: text }

const database = defineApp({
  ...parts,
  info: { ...info, id: 'database' },
  settings: z.strictObject({ connections: z.int().max(500).default(100) }),
  secrets: { password: generated({ title: text }) },
  volumes: { data: { mount: '/data', size: '1Gi' } },
  provides: [
    {
      capability: 'postgres',
      port: 'http',
      path: '',
      secret: 'password',
      connection: { protocol: 'postgresql', user: 'app', database: 'app' },
    },
  ],
  env: () => ({}),
})
const api = defineApp({
  ...parts,
  info: { ...info, id: 'api' },
  expose: 'http',
  settings: z.strictObject({ language: z.enum(['en', 'nl']).default('en') }),
  needs: { db: need('postgres'), llm: maybe('openai-api') },
  env: ({ settings, needs }) => ({
    LANGUAGE: settings.language,
    DATABASE: needs.db.key,
    DATABASE_ADDRESS: needs.db.url,
    LLM: needs.llm?.url,
  }),
})

function envOf({ deployment }: DeploymentObjects) {
  return deployment.spec.template.spec?.containers[0]?.env
}

it('renders every member in the order of what they need, bound to each other by name', () => {
  const { order, bindings, objects, open } = compose(
    [
      { name: 'front', app: api, settings: { language: 'nl' }, replicas: 3 },
      { name: 'store', app: database, settings: { connections: 20 } },
    ],
    { namespace: 'production' },
  )
  expect(order).toEqual(['store', 'front'])
  expect(bindings).toEqual({ front: { db: 'store' }, store: {} })
  expect(open).toEqual([{ member: 'front', need: 'llm', capability: 'openai-api', optional: true }])
  expect(objects.front.deployment).toMatchObject({
    metadata: { name: 'front', namespace: 'production' },
    spec: { replicas: 3 },
  })
  expect(envOf(objects.front)).toEqual(
    expect.arrayContaining([
      { name: 'LANGUAGE', value: 'nl' },
      { name: 'DATABASE_ADDRESS', value: 'postgresql://store.production.svc:8080/app' },
      {
        name: 'DATABASE',
        valueFrom: { secretKeyRef: { name: 'front-secrets', key: 'db.key' } },
      },
    ]),
  )
})

it('takes an address for a need that no member answers', () => {
  const url = 'https://llm.example.org/v1'
  const { objects, open, bindings } = compose([
    { name: 'front', app: api, bindings: { llm: { url } } },
    { name: 'store', app: database },
  ])
  expect(open).toEqual([])
  expect(bindings.front).toEqual({ db: 'store', llm: { url } })
  expect(envOf(objects.front)).toContainEqual({ name: 'LLM', value: url })
})

it('says everything that is wrong at once, by the place of each member', () => {
  const wrong = () =>
    compose([
      { name: 'front', app: api, bindings: { db: 'nobody' } },
      { name: 'store', app: database, settings: { connections: 5_000 } },
      { name: 'front', app: api },
    ])
  expect(wrong).toThrow(ModuleError)
  try {
    wrong()
  } catch (error) {
    const { findings } = error as ModuleError // the line above says so
    expect(findings.map(one => one.pointer)).toEqual([
      '/2/name',
      '/0/bindings/db',
      expect.stringMatching(/^\/1\/.*connections$/),
    ])
  }
})

function faults() {
  const store = { name: 'store', app: database } as const
  // @ts-expect-error the app has no such language
  compose([store, { name: 'front', app: api, settings: { language: 'fr' } }])
  // @ts-expect-error an app that owns a volume has one replica
  compose([{ name: 'store', app: database, replicas: 2 }])
  // @ts-expect-error an app that exposes nothing has no ingress
  compose([{ ...store, ingress: { host: 'store.example.org' } }])
  // @ts-expect-error 512MB is no quantity
  compose([{ ...store, resources: { limits: { memory: '512MB' } } }])
  // @ts-expect-error there is no member of this name
  compose([store]).objects.front
}

test('the types of a composition are those of its members', () => {
  const host = 'front.example.org'
  const { order, objects } = compose([
    { name: 'store', app: database },
    { name: 'front', app: api, ingress: { host } },
  ])
  expectTypeOf(order).toEqualTypeOf<readonly ('store' | 'front')[]>()
  expectTypeOf(objects.front.ingress).toEqualTypeOf<Ingress>()
  expect(objects.front.ingress.spec.rules?.[0]?.host).toBe(host)
  expectTypeOf(objects.store).not.toHaveProperty('ingress')
  // The compiler is the judge of the faults; this keeps them in use.
  expect(faults).toBeTypeOf('function')
})
