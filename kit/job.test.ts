import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { check } from './check.ts'
import { defineApp } from './define-app.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { maybe } from './needs.ts'
import { renderInput } from './render-input.ts'
import { generated } from './secrets.ts'

const text = { en: 'Sample', nl: 'Voorbeeld' }
const probe = { path: '/health', port: 'http' } as const
const parts = {
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: text },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  health: { startup: probe, ready: probe, live: probe },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  settings: z.strictObject({}),
  runAs: 1000,
  readyWithin: 60,
} as const

const app = defineApp({
  ...parts,
  needs: { database: maybe('postgres') },
  secrets: { session: generated({ title: text }) },
  volumes: { data: { mount: '/data', size: '1Gi' } },
  scratch: { tmp: { mount: '/tmp', size: '64Mi' } },
  devices: () => ({ 'nvidia.com/gpu': 1 }),
  env: ({ needs, secrets }) => ({ DATABASE_URL: needs.database?.key, SESSION: secrets.session }),
  jobs: {
    migrate: {
      phase: 'pre',
      when: ({ needs }) => needs.database !== undefined,
      command: ['sample', 'migrate'],
      env: () => ({ MODE: 'migrate' }),
      within: 900,
    },
    smoke: {
      phase: 'test',
      image: 'registry.example/probe:2.0.0',
      args: ({ name, ports }) => [`http://${name}:${ports.http}/health`],
      env: () => ({ TRIES: 3 }),
      resources: {
        requests: { cpu: '10m', memory: '16Mi' },
        limits: { cpu: '50m', memory: '32Mi' },
      },
      retries: 0,
    },
    index: { phase: 'post', command: ['sample', 'index'], mounts: ['data'] },
  },
  schedules: { tidy: { at: '0 3 * * *', command: ['sample', 'tidy'] } },
})

type Pod = {
  containers: [Record<string, unknown> & { env: { name: string }[]; volumeMounts: object[] }]
  volumes: object[]
  affinity?: object
}

function named(objects: readonly KubernetesObject[], name: string) {
  const found = objects.find(
    ({ kind, metadata }) => /Job$/.test(kind) && metadata.name.endsWith(`-${name}`),
  )
  if (!found) throw new Error(`no job ${name}`)
  return found
}

function jobIn(name: string, changes: Parameters<typeof renderInput>[1] = {}) {
  const found = named(app.render(renderInput(app, changes)), name)
  const spec = found.spec as { template: { metadata: { labels: object }; spec: Pod } } // as the kit builds it
  const [container] = spec.template.spec.containers
  return { found, spec, labels: spec.template.metadata.labels, pod: spec.template.spec, container }
}

describe('a job', () => {
  it('is as hardened as the app, says its phase, and ends within its time', () => {
    const { found, spec, pod, container } = jobIn('migrate')
    expect(found).toMatchObject({
      kind: 'Job',
      metadata: { name: 'my-sample-migrate', annotations: { 'kade.dev/phase': 'pre' } },
    })
    expect(spec).toMatchObject({ backoffLimit: 2, activeDeadlineSeconds: 900 })
    expect(spec).not.toHaveProperty('ttlSecondsAfterFinished')
    const [own] = app.mkDeployment().deployment.spec.template.spec?.containers ?? []
    expect(pod).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
    })
    for (const field of ['securityContext', 'image', 'imagePullPolicy'] as const)
      expect(container[field]).toEqual(own?.[field])
  })

  it('has the app’s variables and secrets with its own over them, and another image only its own', () => {
    const env = (name: string) => jobIn(name, { env: { EXTRA: '1' } }).container.env
    expect(env('migrate').map(one => one.name)).toEqual([
      'DATABASE_URL',
      'SESSION',
      'MODE',
      'EXTRA',
    ])
    expect(env('smoke')).toEqual([{ name: 'TRIES', value: '3' }])
  })

  it('takes the processor and memory of the app or its own, and no device', () => {
    const { requests, limits } = parts.resources
    const [own] = app.mkDeployment().deployment.spec.template.spec?.containers ?? []
    expect(own?.resources).toMatchObject({ limits: { ...limits, 'nvidia.com/gpu': '1' } })
    expect(jobIn('migrate').container.resources).toEqual({ requests, limits })
    expect(jobIn('smoke').container.resources).toMatchObject({ limits: { memory: '32Mi' } })
  })

  it('sees what the app mounts but its volumes, and a volume it names beside the app that holds it', () => {
    const mounts = (name: string) => jobIn(name).container.volumeMounts
    expect(mounts('migrate')).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
    expect(mounts('index')).toEqual([{ name: 'data', mountPath: '/data' }])
    expect(jobIn('index').pod.volumes).toHaveLength(1)
    expect(jobIn('migrate').pod.affinity).toBeUndefined()
    expect(JSON.stringify(jobIn('index').pod.affinity)).toContain('kubernetes.io/hostname')
  })

  it('has pods that the app’s Service does not take for the app', () => {
    const { selector } = app.mkDeployment({ name: 'my-sample' }).service.spec
    const { labels } = jobIn('migrate')
    expect(labels).toMatchObject({ 'app.kubernetes.io/instance': 'my-sample' })
    expect({ ...labels, ...selector }).not.toEqual(labels)
  })

  it('is absent where it says no, and a test of an app that is scaled down to nothing', () => {
    const names = (changes: Parameters<typeof renderInput>[1]) =>
      app
        .render(renderInput(app, changes))
        .flatMap(one => (one.kind === 'Job' ? one.metadata.name : []))
    expect(names({ bindings: {} })).toEqual(['my-sample-smoke', 'my-sample-index'])
    expect(names({ replicas: 0 })).toEqual(['my-sample-migrate', 'my-sample-index'])
  })
})

it('a schedule runs by its clock, one at a time, and not while the app is scaled down', () => {
  const schedule = (replicas: number) => named(app.render(renderInput(app, { replicas })), 'tidy')
  expect(schedule(1)).toMatchObject({
    kind: 'CronJob',
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      suspend: false,
    },
  })
  expect(schedule(0)).toMatchObject({ spec: { suspend: true } })
  expect(schedule(1).metadata.annotations).toBeUndefined()
})

test('who deploys sees the images of jobs, and waits as long as they may take', () => {
  expect(app.images).toContain('registry.example/probe:2.0.0')
  // 60 for the app, 900 for the migration, 600 each for the test and what follows.
  expect(app.readyWithin).toBe(2_160)
})

test('names stay apart and in bounds, however long that of the deployment is', () => {
  const names = ['a', 'b'].map(end => {
    const objects = app.render(renderInput(app, { name: `${'n'.repeat(52)}${end}` }))
    expect(check(objects)).toEqual([])
    return named(objects, 'tidy').metadata.name
  })
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name.length).toBeLessThanOrEqual(52)
})

const anyRun = fc.record(
  {
    command: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
    mounts: fc.subarray(['data', 'tmp'] as const),
    within: fc.integer({ min: 1, max: 86_400 }),
    retries: fc.integer({ min: 0, max: 10 }),
    image: fc.constant('registry.example/other:1.2.3'),
  },
  { requiredKeys: [] },
)

test('whatever jobs and schedules an author writes are sound objects', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z][-a-z0-9]{0,18}[a-z0-9]$/),
      fc.constantFrom('pre', 'test', 'post'),
      anyRun,
      fc.stringMatching(/^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/),
      (job, phase, run, name) => {
        const any = defineApp({
          ...parts,
          volumes: { data: { mount: '/data', size: '1Gi' } },
          scratch: { tmp: { mount: '/tmp', size: '64Mi' } },
          env: () => ({}),
          jobs: { [job]: { ...run, phase } },
          schedules: { [job]: { ...run, at: '*/5 * * * *' } },
        })
        expect(check(any.render(renderInput(any, { name })))).toEqual([])
      },
    ),
    { numRuns: 100 },
  )
})

test.each([
  ['Migrate', {}, 'lower-case'],
  ['a-name-of-more-than-20', {}, 'at most 20'],
  ['migrate', { within: 0 }, 'from 1 to 86400'],
  ['migrate', { within: 86_401 }, 'from 1 to 86400'],
  ['migrate', { retries: 11 }, 'from 0 to 10'],
])('refuses a job that cannot be: %s %j', (name, wrong, detail) => {
  const define = () =>
    defineApp({ ...parts, env: () => ({}), jobs: { [name]: { phase: 'pre', ...wrong } } })
  expect(define).toThrow(detail)
})
