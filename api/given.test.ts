import { expect, test } from 'vitest'
import { givenIn } from './given.ts'

const desired = {
  revision: 3,
  settings: { language: 'nl', 'a/b': 1, parallel: 2 },
  env: { TZ: 'Europe/Amsterdam', MODE: 'quiet' },
  replicas: 2,
  resources: { requests: { cpu: '200m' }, limits: { memory: '1Gi', cpu: '2' } },
  ingress: null,
}

test('says again what people gave, and leaves the rest to environment and app', () => {
  const origins = {
    '/settings/language': 'you',
    '/settings/a~1b': 'you',
    '/settings/parallel': 'module',
    '/replicas': 'environment',
    '/env/TZ': 'environment-app',
    '/env/MODE': 'you',
    '/resources/requests/cpu': 'environment',
    '/resources/limits/memory': 'you',
    '/resources/limits/cpu': 'environment',
  } as const
  expect(givenIn({ ...desired, origins })).toEqual({
    settings: { language: 'nl', 'a/b': 1 },
    env: { MODE: 'quiet' },
    resources: { limits: { memory: '1Gi' } },
  })
})

test('takes everything as given where nobody recorded it', () => {
  const { revision: _, ingress: __, ...everything } = desired
  expect(givenIn(desired)).toEqual(everything)
})
