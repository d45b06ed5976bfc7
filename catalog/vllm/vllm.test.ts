import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import type { settings } from './settings.ts'
import { vllm } from './vllm.ts'

moduleTests(vllm)

const containerOf = (config: MkDeploymentOptions<typeof settings, 'cache'>['config'] = {}) =>
  vllm.mkDeployment({ config }).deployment.spec.template.spec?.containers[0]

const variable = (name: string, config = {}) =>
  containerOf(config)?.env?.find(each => each.name === name)?.value

test('asks a key of every app, is open to bound apps only, and has no pages that describe it', () => {
  expect(vllm.provides).toEqual([
    { capability: 'openai-api', port: 'http', path: '/v1', secret: 'apiKey' },
  ])
  expect(vllm.network.expose).toBeNull()
  const [deployment] = vllm.render(renderInput(vllm)).filter(each => each.kind === 'Deployment')
  expect(JSON.stringify(deployment)).toContain(
    '{"name":"VLLM_API_KEY","valueFrom":{"secretKeyRef":{"name":"my-vllm-1","key":"apiKey"}}}',
  )
  expect(containerOf()?.args).toContain('--disable-fastapi-docs')
  expect(variable('VLLM_SERVER_DEV_MODE')).toBe('0')
})

test('runs the build for processors without a GPU, and the one for GPUs with as many as are wanted', () => {
  expect(containerOf()?.image).toBe('docker.io/vllm/vllm-openai-cpu:v0.31.0')
  expect(containerOf()?.resources?.limits).not.toHaveProperty('nvidia.com/gpu')
  expect(containerOf()?.args?.join(' ')).not.toContain('gpu-memory')
  const onGPUs = containerOf({ gpus: '4', memoryShare: 85 })
  expect(onGPUs?.image).toBe('docker.io/vllm/vllm-openai:v0.30.0')
  expect(onGPUs?.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '4' })
  expect(onGPUs?.args).toEqual(
    expect.arrayContaining(['--tensor-parallel-size=4', '--gpu-memory-utilization=0.85']),
  )
  expect(variable('VLLM_CPU_KVCACHE_SPACE')).toBe('4')
  expect(variable('VLLM_CPU_KVCACHE_SPACE', { gpus: '1' })).toBeUndefined()
})

test('refuses a model name that the server could read as an option or a path', () => {
  for (const model of ['--trust-remote-code', '/etc/passwd', 'maker/--x', 'one-word'])
    expect(vllm.parseSettings({ model })).toMatchObject({
      ok: false,
      violations: [{ pointer: '/model' }],
    })
})

test('lets a model use tools only in the form that was chosen', () => {
  expect(containerOf()?.args?.join(' ')).not.toContain('tool')
  expect(containerOf({ toolCalls: 'hermes' })?.args).toEqual(
    expect.arrayContaining(['--enable-auto-tool-choice', '--tool-call-parser=hermes']),
  )
})
