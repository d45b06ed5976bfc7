import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { ollama } from './ollama.ts'
import type { settings } from './settings.ts'

moduleTests(ollama)

const podOf = (options: MkDeploymentOptions<typeof settings, 'models'>) =>
  ollama.mkDeployment(options).deployment.spec.template.spec

test('offers both of its interfaces, and no way in from outside', () => {
  expect(ollama.provides.map(each => `${each.capability} ${each.path}`)).toEqual([
    'openai-api /v1',
    'ollama-api ',
  ])
  expect(ollama.network.expose).toBeNull()
})

test('pulls the chosen models before it starts, their names as arguments only', () => {
  const [step] = podOf({ config: { models: ['llama3.2:3b', 'phi4'] } })?.initContainers ?? []
  expect(step?.command?.slice(3)).toEqual(['pull', 'llama3.2:3b', 'phi4'])
  expect(step?.command?.[2]).not.toContain('phi4')
  expect(podOf({})).not.toHaveProperty('initContainers')
})

test('refuses a model name that a shell could read as something else', () => {
  const result = ollama.parseSettings({ models: ['phi4; rm -rf /models'] })
  expect(result).toMatchObject({ ok: false, violations: [{ pointer: '/models/0' }] })
})

test('asks for GPUs only when some are wanted', () => {
  expect(podOf({ config: { gpus: 2 } })?.containers[0]?.resources?.limits).toMatchObject({
    'nvidia.com/gpu': '2',
  })
  expect(podOf({})?.containers[0]?.resources?.limits).not.toHaveProperty('nvidia.com/gpu')
})
