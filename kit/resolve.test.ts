import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineApp } from './define-app.ts'
import { environment } from './environment.ts'
import { type Given, resolve } from './resolve.ts'

const check = { path: '/health', port: 'http' } as const
const text = { en: 'Sample', nl: 'Voorbeeld' }
const parts = {
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: text },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  settings: z.strictObject({
    language: z.string().default('en'),
    parallel: z.int().default(2),
    note: z.string().optional(),
  }),
  health: { startup: check, ready: check, live: check },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 60,
  env: () => ({}),
} as const
const sample = defineApp({ ...parts, maxReplicas: 3 })
const single = defineApp({ ...parts, volumes: { data: { mount: '/data', size: '1Gi' } } })

test('takes the last of module, environment, environment for the app, and you, and says which', () => {
  const prod = environment(
    'prod',
    {
      defaults: {
        replicas: 2,
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '200m' } },
        env: { TZ: 'Europe/Amsterdam', LOG: 'info' },
      },
      apps: { sample: { settings: { language: 'nl', parallel: 4 }, env: { LOG: 'debug' } } },
    },
    [sample],
  )
  const given = { settings: { parallel: 8 }, resources: { requests: { cpu: '300m' } } }
  const { settings, ...rest } = resolve(sample, prod, given)
  expect(settings).toEqual({ ok: true, settings: { language: 'nl', parallel: 8 } })
  expect(rest).toEqual({
    replicas: 2,
    resources: { requests: { cpu: '300m' }, limits: { memory: '512Mi' } },
    env: { TZ: 'Europe/Amsterdam', LOG: 'debug' },
    origins: {
      '/settings/language': 'environment-app',
      '/settings/parallel': 'you',
      '/replicas': 'environment',
      '/resources/requests/cpu': 'you',
      '/resources/requests/memory': 'module',
      '/resources/limits/cpu': 'module',
      '/resources/limits/memory': 'environment',
      '/env/TZ': 'environment',
      '/env/LOG': 'environment-app',
    },
  })
})

test('leaves an app that can have one replica at one, and others within what they can have', () => {
  const prod = environment('prod', { defaults: { replicas: 9 } }, [])
  expect(resolve(single, prod, {})).toMatchObject({
    replicas: 1,
    origins: { '/replicas': 'module' },
  })
  expect(resolve(sample, prod, {})).toMatchObject({
    replicas: 3,
    origins: { '/replicas': 'environment' },
  })
  expect(resolve(sample, prod, { replicas: 0 })).toMatchObject({
    replicas: 0,
    origins: { '/replicas': 'you' },
  })
})

test('says what is wrong with a setting, whoever gave it, and still resolves the rest', () => {
  const { settings, origins } = resolve(sample, environment('dev', {}, []), {
    settings: { parallel: 'many' },
    replicas: 2,
  })
  expect(settings).toMatchObject({ ok: false, violations: [{ pointer: '/parallel' }] })
  expect(origins).toMatchObject({ '/settings/parallel': 'you', '/replicas': 'you' })
})

const cpu = fc.constantFrom('100m', '1', '2')
const anyEnv = fc.dictionary(fc.constantFrom('TZ', 'LOG', 'A_B'), fc.string())
const anyAmounts = fc.record({ cpu, memory: fc.constantFrom('1Gi', '2Gi') }, { requiredKeys: [] })
const anyValues = fc.record(
  {
    replicas: fc.integer({ min: 1, max: 3 }),
    env: anyEnv,
    resources: fc.record({ requests: anyAmounts, limits: anyAmounts }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)
const anySettings = fc.record(
  { language: fc.string(), parallel: fc.integer(), note: fc.string() },
  { requiredKeys: [] },
)

/** What a layer says at a pointer; `undefined` where it says nothing. */
function at(layer: object, place: string): unknown {
  const [, ...path] = place.split('/')
  return path.reduce<unknown>(
    (inside, key) => (inside as Given & Record<string, unknown>)?.[key],
    layer,
  )
}

test('every value is that of the layer it is said to come from, and no later layer has one', () => {
  const layers = ['environment', 'environment-app', 'you'] as const
  fc.assert(
    fc.property(anyValues, anyValues, anySettings, anyValues, anySettings, (...drawn) => {
      const [defaults, own, ownSettings, mine, mySettings] = drawn
      const said = {
        environment: defaults,
        'environment-app': { ...own, settings: ownSettings },
        you: { ...mine, settings: mySettings },
      }
      const staging = environment(
        'staging',
        { defaults, apps: { sample: said['environment-app'] } },
        [sample],
      )
      const { settings, origins, ...rest } = resolve(sample, staging, said.you)
      const result = { ...rest, settings: settings.ok ? settings.settings : {} }
      for (const [place, origin] of Object.entries(origins)) {
        const last = layers.findLast(each => at(said[each], place) !== undefined)
        expect(origin, place).toBe(last ?? 'module')
        if (last) expect(at(result, place), place).toEqual(at(said[last], place))
      }
      for (const name of Object.keys(result.settings))
        expect(origins).toHaveProperty([`/settings/${name}`])
      for (const name of Object.keys(result.env)) expect(origins).toHaveProperty([`/env/${name}`])
    }),
  )
})
