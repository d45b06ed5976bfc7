import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import type { settings } from './settings.ts'
import { textEmbeddingsInference } from './text-embeddings-inference.ts'

moduleTests(textEmbeddingsInference)

type Config = MkDeploymentOptions<typeof settings, 'data'>['config']
const containerOf = (config: Config = {}) =>
  textEmbeddingsInference.mkDeployment({ config }).deployment.spec.template.spec?.containers[0]
const environment = (config: Config = {}) =>
  Object.fromEntries(containerOf(config)?.env?.map(each => [each.name, each.value]) ?? [])

test('asks a key of every app, and has no way in from outside', () => {
  expect(textEmbeddingsInference.network.expose).toBeNull()
  expect(textEmbeddingsInference.provides).toEqual([
    { capability: 'embeddings-api', port: 'http', path: '/v1', secret: 'apiKey' },
  ])
  expect(
    JSON.stringify(textEmbeddingsInference.render(renderInput(textEmbeddingsInference))),
  ).toContain(
    '{"name":"API_KEY","valueFrom":{"secretKeyRef":{"name":"my-text-embeddings-inference-1","key":"apiKey"}}}',
  )
})

test('listens on a port that needs no rights, and on every address whatever the pod is called', () => {
  expect(environment()).toMatchObject({ PORT: '8080', HOSTNAME: '0.0.0.0' })
  expect(containerOf()?.ports).toMatchObject([{ name: 'http', containerPort: 8080 }])
})

test('runs the build for GPUs with exactly one GPU, and the other one without', () => {
  expect(containerOf()?.image).toMatch(/:cpu-/)
  expect(containerOf()?.resources?.limits).not.toHaveProperty('nvidia.com/gpu')
  expect(containerOf({ gpu: true })?.image).toMatch(/:cuda-/)
  expect(containerOf({ gpu: true })?.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '1' })
})

test('takes a model of Hugging Face or one on its disk, and no other path', () => {
  expect(environment({ model: '/data/mine' }).MODEL_ID).toBe('/data/mine')
  for (const model of ['/etc/passwd', '/data/..', 'one-word', '--help/x'])
    expect(textEmbeddingsInference.parseSettings({ model }).ok, model).toBe(false)
})
