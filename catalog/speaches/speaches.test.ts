import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import type { settings } from './settings.ts'
import { speaches } from './speaches.ts'

moduleTests(speaches)

const podOf = (options: MkDeploymentOptions<typeof settings, 'models'> = {}) =>
  speaches.mkDeployment(options).deployment.spec.template.spec
const containerOf = (options: MkDeploymentOptions<typeof settings, 'models'> = {}) =>
  podOf(options)?.containers[0]

test('always asks for a key, and gives it to those who bind', () => {
  expect(containerOf()?.env).toContainEqual({
    name: 'API_KEY',
    valueFrom: { secretKeyRef: { name: 'speaches-secrets', key: 'apiKey' } },
  })
  expect(speaches.provides).toMatchObject([{ capability: 'speech-api', secret: 'apiKey' }])
})

test('does not open the page of the maker, which asks for no key', () => {
  expect(containerOf()?.env).toContainEqual({ name: 'ENABLE_UI', value: 'false' })
})

test('brings the key when it is asked how it is, for some versions want it there too', () => {
  const { startupProbe, readinessProbe, livenessProbe } = containerOf() ?? {}
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    expect(probe?.exec?.command?.at(-1)).toContain('Authorization: Bearer $API_KEY')
  }
})

test('runs the build for a GPU, on a GPU, only when one is wanted', () => {
  const device = (value: string) => ({ name: 'WHISPER__INFERENCE_DEVICE', value })
  expect(containerOf()?.image).toMatch(/-cpu$/)
  expect(containerOf()?.env).toContainEqual(device('cpu'))
  const withGpu = containerOf({ config: { gpus: 1 } })
  expect(withGpu?.image).toMatch(/-cuda$/)
  expect(withGpu?.env).toContainEqual(device('cuda'))
  expect(withGpu?.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '1' })
})

test('refuses a precision that a processor cannot calculate with', () => {
  expect(speaches.parseSettings({ precision: 'float16' })).toMatchObject({
    ok: false,
    violations: [{ pointer: '/precision' }],
  })
  expect(speaches.parseSettings({ precision: 'float16', gpus: 1 })).toMatchObject({ ok: true })
})

test('downloads the chosen models before it starts, their names as arguments only', () => {
  const models = ['Systran/faster-whisper-small', 'Systran/faster-whisper-large-v3']
  const [step] = podOf({ config: { models } })?.initContainers ?? []
  expect(step?.command?.slice(3)).toEqual(models)
  expect(step?.command?.[2]).not.toContain('whisper')
  expect(podOf({ config: { models: [] } })).not.toHaveProperty('initContainers')
  expect(speaches.parseSettings({ models: ['whisper'] })).toMatchObject({ ok: false })
})

test('starts without asking Hugging Face what it has', () => {
  expect(containerOf()?.env?.map(each => each.name)).not.toContain('PRELOAD_MODELS')
})
