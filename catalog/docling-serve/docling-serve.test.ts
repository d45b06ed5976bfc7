import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { doclingServe } from './docling-serve.ts'
import type { settings } from './settings.ts'

moduleTests(doclingServe)

const containerOf = (options: MkDeploymentOptions<typeof settings, never> = {}) =>
  doclingServe.mkDeployment(options).deployment.spec.template.spec?.containers[0]

const variable = (name: string, options: MkDeploymentOptions<typeof settings, never> = {}) =>
  containerOf(options)?.env?.find(each => each.name === name)?.value

test('always asks for a key, and gives it to those who bind', () => {
  expect(containerOf()?.env).toContainEqual({
    name: 'DOCLING_SERVE_API_KEY',
    valueFrom: { secretKeyRef: { name: 'docling-serve-secrets', key: 'apiKey' } },
  })
  expect(doclingServe.provides).toMatchObject([{ capability: 'docling-api', secret: 'apiKey' }])
})

test('can fetch nothing for whoever names an address, and shows nothing without a key', () => {
  expect(doclingServe.network.egress).toEqual([])
  expect(variable('DOCLING_SERVE_ENABLE_REMOTE_SERVICES')).toBe('false')
  expect(variable('DOCLING_SERVE_ENABLE_UI')).toBe('false')
  expect(variable('DOCLING_SERVE_OTEL_ENABLE_PROMETHEUS')).toBe('false')
})

test('lets only its own host call it from a web page', () => {
  const name = 'DOCLING_SERVE_CORS_ORIGINS'
  expect(variable(name)).toBe('[]')
  const { deployment } = doclingServe.mkDeployment({ ingress: { host: 'docs.example.org' } })
  expect(deployment.spec.template.spec?.containers[0]?.env).toContainEqual({
    name,
    value: '["https://docs.example.org"]',
  })
})

test('leaves the models of the image where they are', () => {
  const mounts = containerOf()?.volumeMounts?.map(each => each.mountPath) ?? []
  const models = variable('DOCLING_SERVE_ARTIFACTS_PATH') ?? ''
  expect(mounts.filter(each => models.startsWith(each))).toEqual([])
})

test('runs the build for a GPU only when one is wanted', () => {
  expect(containerOf()?.image).toContain('docling-serve-cpu:')
  const withGpu = containerOf({ config: { gpus: 1 } })
  expect(withGpu?.image).toContain('docling-serve-cu130:')
  expect(withGpu?.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '1' })
})
