import { expect, test } from 'vitest'
import { moduleTests, renderInput } from '../module-tests.ts'
import { qdrant } from './qdrant.ts'

moduleTests(qdrant)

test('always has a key, and gives it to those who bind', () => {
  const [container] = qdrant.defaultDeployment.deployment.spec.template.spec?.containers ?? []
  expect(container?.env).toContainEqual({
    name: 'QDRANT__SERVICE__API_KEY',
    valueFrom: { secretKeyRef: { name: 'qdrant-secrets', key: 'apiKey' } },
  })
  expect(qdrant.provides).toMatchObject([{ capability: 'vector-store', secret: 'apiKey' }])
})

test('sends no usage statistics', () => {
  const [container] = qdrant.defaultDeployment.deployment.spec.template.spec?.containers ?? []
  expect(container?.env).toContainEqual({ name: 'QDRANT__TELEMETRY_DISABLED', value: 'true' })
})

test('has a disk of the size that was asked for; whose it is, the platform says', () => {
  const input = renderInput(qdrant, { settings: { storage: '50Gi' } })
  const claim = qdrant.render(input).find(each => each.kind === 'PersistentVolumeClaim')
  expect(claim?.metadata.labels).not.toHaveProperty(['kade.dev/data'])
  expect(claim?.spec).toMatchObject({ resources: { requests: { storage: '50Gi' } } })
  expect(qdrant.storage).toEqual([{ name: 'storage', size: '10Gi', mount: '/qdrant/storage' }])
})

test('one copy owns the disk: it is stopped before it is replaced, and two are refused', () => {
  expect(qdrant.defaultDeployment.deployment.spec.strategy).toEqual({ type: 'Recreate' })
  expect(qdrant.maxReplicas).toBe(1)
  expect(() => qdrant.render(renderInput(qdrant, { replicas: 2 }))).toThrow('/replicas')
})
