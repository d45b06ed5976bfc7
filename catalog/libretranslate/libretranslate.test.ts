import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { libretranslate } from './libretranslate.ts'
import type { settings } from './settings.ts'

moduleTests(libretranslate)

const podOf = (options: MkDeploymentOptions<typeof settings, 'data'> = {}) =>
  libretranslate.mkDeployment(options).deployment.spec.template.spec
const variable = (
  name: string,
  config: MkDeploymentOptions<typeof settings, 'data'>['config'] = {},
) => podOf({ config })?.containers[0]?.env?.find(each => each.name === name)?.value

test('asks everybody for a key: keys alone would still serve who brings none', () => {
  expect(variable('LT_API_KEYS')).toBe('true')
  expect(variable('LT_UNDER_ATTACK')).toBe('true')
})

test('knows the key that those who bind get, which stays out of the command', () => {
  expect(libretranslate.provides).toMatchObject([
    { capability: 'translation-api', secret: 'apiKey' },
  ])
  const [step] = podOf()?.initContainers ?? []
  expect(step?.command?.at(-1)).toContain('ltmanage keys add')
  expect(step?.command?.at(-1)).toContain('"--key=$GENERATED_API_KEY"')
  expect(step?.env).toContainEqual({
    name: 'GENERATED_API_KEY',
    valueFrom: { secretKeyRef: { name: 'libretranslate-secrets', key: 'apiKey' } },
  })
})

test('always loads English, by way of which every pair is translated', () => {
  expect(variable('LT_LOAD_ONLY', { languages: ['nl', 'uk'] })).toBe('en,nl,uk')
  expect(variable('LT_LOAD_ONLY')).toBe('en,nl,de,fr')
})

test('downloads a language that is added later', () => {
  expect(variable('LT_UPDATE_MODELS')).toBe('true')
  expect(variable('LT_UPDATE_MODELS', { updateModels: false })).toBe('false')
})
