import { expect, test } from 'vitest'
import { z } from 'zod'
import type { RenderInput } from './app.ts'
import { defineApp } from './define-app.ts'
import { lint } from './lint.ts'
import { maybe, need } from './needs.ts'
import { question } from './question.ts'
import { generated, optional, provided } from './secrets.ts'

const text = { en: 'Sample', nl: 'Voorbeeld' }
const check = { path: '/health', port: 'http' } as const
const parts = {
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: text },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  health: { startup: check, ready: { path: '/ready', port: 'http' }, live: check },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 60,
} as const
const settings = z.strictObject({
  language: question(z.enum(['en', 'nl']).default('en'), {
    title: { en: 'Language', nl: 'Taal' },
    help: { en: 'Of the pages.', nl: 'Van de pagina’s.' },
    labels: { en: { en: 'English', nl: 'Engels' }, nl: { en: 'Dutch', nl: 'Nederlands' } },
    advanced: true,
  }),
  parallel: z.int().min(1).max(8).default(2),
})
const sample = defineApp({
  ...parts,
  expose: 'http',
  settings,
  needs: { llm: need('openai-api'), vectors: maybe('vector-store') },
  secrets: {
    session: generated({ title: text }),
    licence: provided({ title: text }),
    hint: optional({ title: text }),
  },
  env: ({ settings, needs, secrets, host }) => ({
    LANGUAGE: settings.language,
    PARALLEL: settings.parallel,
    DEBUG: false,
    LLM: needs.llm.url,
    VECTORS: needs.vectors?.url,
    SESSION: secrets.session,
    HINT: secrets.hint,
    HOST: host,
  }),
})

const input: RenderInput = {
  namespace: 'team-a',
  name: 'mine',
  settings: {},
  replicas: 1,
  env: {},
  ingress: null,
  bindings: { llm: { url: 'http://llm.ai.svc:4000/v1' } },
  secretName: 'mine-3',
  givenSecrets: [],
}
const envOf = (options: Parameters<typeof sample.mkDeployment>[0]) =>
  sample.mkDeployment(options).deployment.spec.template.spec?.containers[0]?.env

test('writes numbers and booleans as text, references as references, and leaves out what is undefined', () => {
  expect(sample.render(input)[2]).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              env: [
                { name: 'LANGUAGE', value: 'en' },
                { name: 'PARALLEL', value: '2' },
                { name: 'DEBUG', value: 'false' },
                { name: 'LLM', value: 'http://llm.ai.svc:4000/v1' },
                {
                  name: 'SESSION',
                  valueFrom: { secretKeyRef: { name: 'mine-3', key: 'session' } },
                },
              ],
            },
          ],
        },
      },
    },
  })
})

test('describes its questions in both languages, with nothing required', () => {
  const schema = sample.settingsSchema()
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    properties: {
      language: {
        enum: ['en', 'nl'],
        default: 'en',
        title: 'Language',
        description: 'Of the pages.',
        'x-nl': { title: 'Taal', description: 'Van de pagina’s.' },
        'x-labels': { nl: { en: 'Dutch', nl: 'Nederlands' } },
        'x-advanced': true,
      },
    },
  })
  expect(schema).not.toHaveProperty('required')
})

test('points at every setting that is wrong, relative to the settings', () => {
  const result = sample.parseSettings({ language: 'fr', parallel: 9, 'un/known': 1 })
  expect(result.ok ? [] : result.violations.map(each => each.pointer)).toEqual([
    '/language',
    '/parallel',
    '/un~1known',
  ])
})

test('judges rules that span settings by the author’s check', () => {
  const app = defineApp({
    ...parts,
    settings: z.strictObject({ least: z.int().default(1), most: z.int().default(2) }),
    check: ({ least, most }) =>
      least <= most
        ? []
        : [{ pointer: '/least', detail: { en: 'more than the most', nl: 'meer dan het meeste' } }],
    env: () => ({}),
  })
  expect(app.parseSettings({ least: 3 })).toEqual({
    ok: false,
    violations: [
      { pointer: '/least', detail: { en: 'more than the most', nl: 'meer dan het meeste' } },
    ],
  })
})

test('refuses to render with every reason at once', () => {
  const wrong = { ...input, settings: { parallel: 0 }, replicas: 99 }
  const limits = { memory: '512MB' }
  expect(() => sample.render({ ...wrong, resources: { limits } })).toThrow(
    /\/replicas: .*\n.*\/resources\/limits\/memory: .*\n.*\/settings\/parallel: /,
  )
})

test('a request above the app’s own limit lifts that limit, and a limit below its request lowers that', () => {
  const resourcesOf = (resources: NonNullable<RenderInput['resources']>) => {
    const { deployment } = sample.mkDeployment(resources ? { resources: resources as object } : {})
    return deployment.spec.template.spec?.containers[0]?.resources
  }
  expect(resourcesOf({ requests: { memory: '1Gi' } })).toMatchObject({
    requests: { memory: '1Gi' },
    limits: { memory: '1Gi' },
  })
  expect(resourcesOf({ limits: { cpu: '50m' } })).toMatchObject({
    requests: { cpu: '50m' },
    limits: { cpu: '50m' },
  })
})

test('keeps the module contract: four objects, and what a service says of itself', () => {
  const made = sample.mkDeployment({
    namespace: 'production',
    replicas: 3,
    ingress: { host: 'sample.example.org' },
    env: { DATABASE_URL: { secretName: 'database', secretKey: 'url' } },
    image: 'sample:latest',
    imagePullPolicy: 'Never',
    config: { language: 'nl' },
  })
  expect(Object.keys(made)).toEqual(['namespace', 'deployment', 'service', 'ingress', 'others'])
  expect(made.namespace.metadata.name).toBe('production')
  expect(made.deployment.spec).toMatchObject({
    replicas: 3,
    template: { spec: { containers: [{ image: 'sample:latest', imagePullPolicy: 'Never' }] } },
  })
  expect(sample.serviceInfo).toEqual({
    name: 'sample',
    description: 'Sample',
    version: '1.0.0',
    port: 8080,
    healthEndpoints: ['/health', '/ready'],
  })
  expect(sample.dependencies).toEqual(['openai-api'])
  expect(sample.defaultDeployment).toEqual(sample.mkDeployment())
  expect(Object.keys(sample.defaultDeployment)).toEqual([
    'namespace',
    'deployment',
    'service',
    'others',
  ])
})

test('takes a variable from a secret that the infrastructure keeps', () => {
  expect(
    envOf({
      env: { DATABASE_URL: { secretName: 'database', secretKey: 'url' } },
      ingress: { host: 'a.example' },
    }),
  ).toContainEqual({
    name: 'DATABASE_URL',
    valueFrom: { secretKeyRef: { name: 'database', key: 'url' } },
  })
})

test('render and mkDeployment build the same deployment', () => {
  const { deployment, service } = sample.mkDeployment({
    namespace: input.namespace,
    name: input.name,
    bindings: input.bindings,
    secretName: input.secretName,
  })
  expect(sample.render(input)).toEqual(expect.arrayContaining([deployment, service]))
})

test('lists its secrets, with one for the key of each binding', () => {
  expect(sample.secrets.map(({ name, kind, optional }) => ({ name, kind, optional }))).toEqual([
    { name: 'session', kind: 'generated', optional: false },
    { name: 'licence', kind: 'provided', optional: false },
    { name: 'hint', kind: 'provided', optional: true },
    { name: 'llm.key', kind: 'bound', optional: true },
    { name: 'vectors.key', kind: 'bound', optional: true },
  ])
})

test('refuses a user name that no setting holds', () => {
  const define = (setting: string) =>
    defineApp({
      ...parts,
      settings,
      secrets: {
        first: generated({ title: text, revealed: { purpose: text, userName: { setting } } }),
      },
      env: () => ({}),
    })
  expect(define('language').secrets[0]?.revealed).toMatchObject({ purpose: text })
  expect(() => define('parallel')).toThrow(/no setting "parallel" that holds text/)
  expect(() => define('email')).toThrow('/secrets/first/revealed/userName')
})

test('shows each opening of the restricted profile with its reason', () => {
  const app = defineApp({
    ...parts,
    settings: z.strictObject({}),
    relax: { writableRootFilesystem: { because: 'It compiles at start.' } },
    env: () => ({}),
  })
  expect(app.relaxations).toEqual([
    { what: 'writableRootFilesystem', because: 'It compiles at start.' },
  ])
  const [container] = app.defaultDeployment.deployment.spec.template.spec?.containers ?? []
  expect(container?.securityContext?.readOnlyRootFilesystem).toBe(false)
})

test('keeps what a transform adds, and refuses what it breaks', () => {
  const withTransform = (was: string, is: string) =>
    defineApp({
      ...parts,
      settings: z.strictObject({}),
      env: () => ({}),
      transform: objects => JSON.parse(JSON.stringify(objects).replace(was, is)),
    })
  const grace = '"terminationGracePeriodSeconds":30'
  const kept = withTransform(grace, `${grace},"priorityClassName":"quiet"`).render(input)
  expect(JSON.stringify(kept)).toContain('"priorityClassName":"quiet"')
  expect(() => withTransform(grace, `${grace},"priorityClasName":"quiet"`).render(input)).toThrow(
    'did you mean "priorityClassName"?',
  )
  expect(() => withTransform('"runAsNonRoot":true', '"runAsNonRoot":false').render(input)).toThrow(
    '/securityContext/runAsNonRoot',
  )
})

test('refuses defaults that are not valid by themselves', () => {
  const define = () =>
    defineApp({
      ...parts,
      settings: z.strictObject({ least: z.int().default(3) }),
      check: () => [{ pointer: '/least', detail: { en: 'too many', nl: 'te veel' } }],
      env: () => ({}),
    })
  expect(define).toThrow('the defaults are not valid by themselves: too many')
})

test('a sidecar opens its own ports beside the app, with the same volumes and the same restrictions', () => {
  const app = defineApp({
    ...parts,
    settings,
    ports: { http: 8080, judge: 3000 },
    scratch: { tmp: { mount: '/tmp', size: '64Mi' } },
    sidecars: {
      judge: {
        image: 'registry.example/judge:1.0.0',
        ports: ['judge'],
        health: {
          startup: { tcp: 'judge' },
          ready: { path: '/ready', port: 'judge' },
          live: { command: ['judge', 'ping'] },
        },
        resources: parts.resources,
        env: ({ settings: { parallel }, ports }) => ({ PORT: ports.judge, PARALLEL: parallel }),
      },
    },
    env: () => ({}),
  })
  const objects = app.render(input)
  expect(lint(objects)).toEqual([])
  const [main, judge] = app.mkDeployment().deployment.spec.template.spec?.containers ?? []
  expect(main?.ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }])
  expect(judge).toMatchObject({
    name: 'judge',
    ports: [{ name: 'judge', containerPort: 3000 }],
    env: [
      { name: 'PORT', value: '3000' },
      { name: 'PARALLEL', value: '2' },
    ],
    securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    startupProbe: { tcpSocket: { port: 'judge' } },
    livenessProbe: { exec: { command: ['judge', 'ping'] } },
  })
  expect(app.images).toEqual(['registry.example/sample:1.0.0', 'registry.example/judge:1.0.0'])
})

test('a sidecar sees only the volumes it is given, and may name none that is not there', () => {
  const define = (mounts: string[]) =>
    defineApp({
      ...parts,
      settings,
      volumes: { data: { mount: '/data', size: '1Gi' } },
      scratch: { tmp: { mount: '/tmp', size: '64Mi' } },
      sidecars: {
        judge: {
          image: 'registry.example/judge:1.0.0',
          health: {
            startup: { command: ['judge', 'ping'] },
            ready: { command: ['judge', 'ping'] },
            live: { command: ['judge', 'ping'] },
          },
          resources: parts.resources,
          mounts,
        },
      },
      env: () => ({}),
    })
  const seen = (mounts: string[]) =>
    define(mounts).mkDeployment().deployment.spec.template.spec?.containers[1]?.volumeMounts
  expect(seen(['tmp'])).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
  expect(seen([])).toEqual([])
  expect(() => define(['cache'])).toThrow(
    /no volume, scratch directory or files "cache".*data, tmp/,
  )
})

test('a sidecar may be there only when it is wanted', () => {
  const app = defineApp({
    ...parts,
    settings,
    sidecars: {
      judge: {
        image: 'registry.example/judge:1.0.0',
        when: ({ settings: { language } }) => language === 'nl',
        health: {
          startup: { command: ['judge', 'ping'] },
          ready: { command: ['judge', 'ping'] },
          live: { command: ['judge', 'ping'] },
        },
        resources: parts.resources,
      },
    },
    env: () => ({}),
  })
  const names = (config: { language?: 'nl' }) =>
    app.mkDeployment({ config }).deployment.spec.template.spec?.containers.map(each => each.name)
  expect(names({})).toEqual(['sample'])
  expect(names({ language: 'nl' })).toEqual(['sample', 'judge'])
})

test('a scratch directory is on the disk of the node, or in memory where that is asked', () => {
  const app = defineApp({
    ...parts,
    settings,
    scratch: {
      tmp: { mount: '/tmp', size: '64Mi' },
      shared: { mount: '/dev/shm', size: '1Gi', inMemory: true },
    },
    env: () => ({}),
  })
  expect(app.mkDeployment().deployment.spec.template.spec?.volumes).toEqual([
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'shared', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  ])
})

test('an image may depend on the settings, and only on variants that the module lists', () => {
  const variants = { en: 'registry.example/sample:1.0.0', nl: 'registry.example/sample:1.0.0-nl' }
  const of = (choose: (language: string) => string) =>
    defineApp({
      ...parts,
      settings,
      image: { variants, choose: ({ language }) => choose(language) },
      env: () => ({}),
    })
  const app = of(language => language)
  const imageOf = (config: { language?: 'nl' }) =>
    app.mkDeployment({ config }).deployment.spec.template.spec?.containers[0]?.image
  expect([imageOf({}), imageOf({ language: 'nl' })]).toEqual([variants.en, variants.nl])
  expect(app.images).toEqual(Object.values(variants))
  expect(() => of(() => 'fr').render(input)).toThrow(/chose the image "fr".*en, nl/)
})
