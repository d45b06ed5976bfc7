import { expect, test } from 'vitest'
import { moduleTests } from '../module-tests.ts'
import { weaviate } from './weaviate.ts'

moduleTests(weaviate)

const container = (name?: string) =>
  weaviate.mkDeployment(name ? { name } : {}).deployment.spec.template.spec?.containers[0]

test('lets nobody in without a key, and gives the key to those who bind', () => {
  expect(container()?.env).toEqual(
    expect.arrayContaining([
      { name: 'AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED', value: 'false' },
      { name: 'AUTHORIZATION_RBAC_ENABLED', value: 'true' },
      { name: 'AUTHORIZATION_ENABLE_RBAC', value: 'true' },
      {
        name: 'AUTHENTICATION_APIKEY_ALLOWED_KEYS',
        valueFrom: { secretKeyRef: { name: 'weaviate-secrets', key: 'apiKey' } },
      },
    ]),
  )
  expect(weaviate.provides).toMatchObject([{ capability: 'weaviate-api', secret: 'apiKey' }])
})

test('asks its own parts for a password as well', () => {
  expect(container()?.env).toContainEqual({
    name: 'CLUSTER_BASIC_AUTH_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'weaviate-secrets', key: 'clusterPassword' } },
  })
})

test('has the key belong to the account that may do everything', () => {
  const value = (name: string) => container()?.env?.find(each => each.name === name)?.value
  expect(value('AUTHENTICATION_APIKEY_USERS')).toBe(value('AUTHORIZATION_RBAC_ROOT_USERS'))
})

test('knows itself by the same name whatever its pod is called', () => {
  const names = ['weaviate', 'search'].map(
    name => container(name)?.env?.find(each => each.name === 'CLUSTER_HOSTNAME')?.value,
  )
  expect(new Set(names).size).toBe(1)
  expect(container()?.env).toContainEqual({ name: 'RAFT_JOIN', value: names[0] })
})

test('sends neither usage statistics nor texts outside', () => {
  expect(container()?.env).toEqual(
    expect.arrayContaining([
      { name: 'DISABLE_TELEMETRY', value: 'true' },
      { name: 'API_BASED_MODULES_DISABLED', value: 'true' },
    ]),
  )
  expect(weaviate.network.egress).toEqual([])
})
