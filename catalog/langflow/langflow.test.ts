import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { langflow } from './langflow.ts'
import type { settings } from './settings.ts'

moduleTests(langflow)

const envOf = (options: MkDeploymentOptions<typeof settings, 'data'> = {}) => {
  const { spec } = langflow.mkDeployment(options).deployment.spec.template
  return Object.fromEntries(
    (spec?.containers[0]?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? valueFrom?.secretKeyRef?.key,
    ]),
  )
}

test('lets nobody in without an account, and makes the first one itself', () => {
  expect(envOf()).toMatchObject({
    LANGFLOW_AUTO_LOGIN: 'false',
    LANGFLOW_ENABLE_SIGNUP: 'false',
    LANGFLOW_NEW_USER_IS_ACTIVE: 'false',
    LANGFLOW_SUPERUSER: 'admin',
    LANGFLOW_SUPERUSER_PASSWORD: 'firstAdminPassword',
  })
})

test('runs no code of people unless that is asked for, and then of whom', () => {
  expect(envOf()).toMatchObject({
    LANGFLOW_ALLOW_CUSTOM_COMPONENTS: 'false',
    LANGFLOW_BLOCK_CODE_INTERPRETER_COMPONENTS: 'true',
    LANGFLOW_MCP_SERVERS_LOCKED: 'true',
  })
  expect(envOf({ config: { ownCode: 'admins' } })).toMatchObject({
    LANGFLOW_ALLOW_CUSTOM_COMPONENTS: 'true',
    LANGFLOW_CUSTOM_COMPONENT_ADMIN_ONLY: 'true',
    LANGFLOW_MCP_SERVERS_LOCKED: 'true',
  })
  const everyone = envOf({ config: { ownCode: 'everyone' } })
  expect(everyone.LANGFLOW_ALLOW_CUSTOM_COMPONENTS).toBe('true')
  expect(everyone.LANGFLOW_MCP_SERVERS_LOCKED).toBeUndefined()
})

test('no flow reads the keys of the app as if they were its variables', () => {
  expect(envOf()).toMatchObject({
    LANGFLOW_FALLBACK_TO_ENV_VAR: 'false',
    LANGFLOW_STORE_ENVIRONMENT_VARIABLES: 'false',
  })
})

test('lets flows call the model server it is bound to, and no other address of the cluster', () => {
  expect(envOf().LANGFLOW_SSRF_ALLOWED_HOSTS).toBeUndefined()
  const bindings = { models: { url: 'http://gateway.ai.svc:4000/v1' } }
  expect(envOf({ bindings }).LANGFLOW_SSRF_ALLOWED_HOSTS).toBe('gateway.ai.svc')
})
