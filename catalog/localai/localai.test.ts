import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { localAI } from './localai.ts'
import type { settings } from './settings.ts'

moduleTests(localAI)

const containerOf = (config: MkDeploymentOptions<typeof settings, 'data'>['config'] = {}) => {
  const [container] =
    localAI.mkDeployment({ config }).deployment.spec.template.spec?.containers ?? []
  const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]))
  return { ...container, env }
}

test('is reached by apps that bind to it only, and each of them with its key', () => {
  expect(localAI.network.expose).toBeNull()
  expect(localAI.provides.map(each => each.secret)).toEqual(['apiKey', 'apiKey', 'apiKey'])
  expect(
    localAI.defaultDeployment.deployment.spec.template.spec?.containers[0]?.env,
  ).toContainEqual({
    name: 'LOCALAI_API_KEY',
    valueFrom: { secretKeyRef: { name: 'localai-secrets', key: 'apiKey' } },
  })
})

test('lets no app install programs unless that is asked for', () => {
  expect(containerOf().env.LOCALAI_DISABLE_GALLERY_ENDPOINT).toBe('true')
  expect(containerOf({ installByApps: true }).env.LOCALAI_DISABLE_GALLERY_ENDPOINT).toBe('false')
})

test('uses the build for GPUs when it has them, and asks the cluster for those', () => {
  expect(containerOf().image).toBe('docker.io/localai/localai:v4.9.0')
  expect(containerOf().resources?.limits).not.toHaveProperty('nvidia.com/gpu')
  const withGpu = containerOf({ gpus: 2 })
  expect(withGpu.image).toBe('docker.io/localai/localai:v4.8.2-gpu-nvidia-cuda-12')
  expect(withGpu.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '2' })
})

test('takes names and addresses of models, and nothing that it would read as an option', () => {
  const models = ['llama-3.2-1b-instruct:q4_k_m', 'huggingface://maker/model/file.gguf']
  expect(containerOf({ models }).args).toEqual(['run', ...models])
  for (const wrong of ['--p2p', '/etc/passwd', 'a b']) {
    expect(localAI.parseSettings({ models: [wrong] })).toMatchObject({
      ok: false,
      violations: [{ pointer: '/models/0' }],
    })
  }
})
