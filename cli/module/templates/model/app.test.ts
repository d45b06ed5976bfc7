import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { myApp } from './app.ts'

const container = (gpus: number) =>
  myApp.mkDeployment({ config: { gpus } }).deployment.spec.template.spec?.containers[0]

test('runs the build for processors without a GPU, and the other one with', () => {
  strictEqual(container(0)?.image, 'registry.example/my-app:1.0.0-cpu')
  strictEqual(container(2)?.image, 'registry.example/my-app:1.0.0-gpu')
})

test('asks for exactly the GPUs that were wanted', () => {
  strictEqual(container(2)?.resources?.limits?.['nvidia.com/gpu'], '2')
  strictEqual(container(0)?.resources?.limits?.['nvidia.com/gpu'], undefined)
})

test('offers its API to other apps, with its key', () => {
  deepStrictEqual(
    myApp.provides.map(each => [each.capability, each.path, each.secret]),
    [['openai-api', '/v1', 'apiKey']],
  )
})
