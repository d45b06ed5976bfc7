import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { llamaCppServer } from './llama-cpp-server.ts'
import type { settings } from './settings.ts'

moduleTests(llamaCppServer)

type Config = MkDeploymentOptions<typeof settings, 'models'>['config']
const containerOf = (config: Config = {}) =>
  llamaCppServer.mkDeployment({ config }).deployment.spec.template.spec?.containers[0]
const environment = (config: Config = {}) =>
  Object.fromEntries(containerOf(config)?.env?.map(each => [each.name, each.value]) ?? [])

test('asks a key of every app, has no way in from outside and no page, and shows nobody what others ask', () => {
  expect(llamaCppServer.network.expose).toBeNull()
  expect(llamaCppServer.provides).toMatchObject([{ capability: 'openai-api', secret: 'apiKey' }])
  expect(JSON.stringify(llamaCppServer.render(renderInput(llamaCppServer)))).toContain(
    '{"name":"LLAMA_API_KEY","valueFrom":{"secretKeyRef":{"name":"my-llama-cpp-server-1","key":"apiKey"}}}',
  )
  expect(environment()).toMatchObject({
    LLAMA_ARG_UI: 'false',
    LLAMA_ARG_CORS_ORIGINS: 'localhost',
    LLAMA_ARG_ENDPOINT_SLOTS: '0',
  })
  expect(Object.keys(environment()).join(' ')).not.toMatch(/TOOLS|AGENT|MCP/)
})

test('listens where its probes ask, whatever the usual port of a build is', () => {
  expect(environment().LLAMA_ARG_PORT).toBe('8080')
  expect(containerOf()?.ports).toMatchObject([{ name: 'http', containerPort: 8080 }])
})

test('takes a model of Hugging Face, or a file on its disk, and nothing elsewhere', () => {
  const repository = environment({ model: 'ggml-org/gemma-3-1b-it-GGUF:Q4_K_M' })
  expect(repository.LLAMA_ARG_HF_REPO).toBe('ggml-org/gemma-3-1b-it-GGUF:Q4_K_M')
  expect(repository).not.toHaveProperty('LLAMA_ARG_MODEL')
  const file = environment({ model: '/models/mine.gguf' })
  expect(file.LLAMA_ARG_MODEL).toBe('/models/mine.gguf')
  expect(file).not.toHaveProperty('LLAMA_ARG_HF_REPO')
  for (const model of ['/etc/passwd', '/models/../etc/x.gguf', 'https://example.org/x.gguf'])
    expect(llamaCppServer.parseSettings({ model }).ok, model).toBe(false)
})

test('gives each question the whole context, and runs another build on GPUs', () => {
  expect(environment({ contextLength: 4096, parallelRequests: 3 })).toMatchObject({
    LLAMA_ARG_CTX_SIZE: '12288',
    LLAMA_ARG_N_PARALLEL: '3',
  })
  expect(containerOf()?.image).toMatch(/:server-b\d+$/)
  expect(containerOf({ gpus: 1 })?.image).toMatch(/:server-cuda-b\d+$/)
  expect(environment({ gpus: 1 }).LLAMA_ARG_N_GPU_LAYERS).toBe('999')
  expect(environment()).not.toHaveProperty('LLAMA_ARG_N_GPU_LAYERS')
})
