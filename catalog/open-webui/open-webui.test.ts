import { expect, test } from 'vitest'
import { unboundNeeds } from '#kit/needs.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { openWebUI } from './open-webui.ts'

moduleTests(openWebUI)

const env = (changes: Parameters<typeof renderInput>[1] = {}) => {
  const deployment = openWebUI
    .render(renderInput(openWebUI, changes))
    .find(each => each.kind === 'Deployment')
  const { spec } = deployment as ReturnType<typeof openWebUI.mkDeployment>['deployment'] // of that kind
  return spec.template.spec?.containers[0]?.env ?? []
}

test('makes the first account itself, so that the first visitor is no administrator', () => {
  expect(env()).toContainEqual({ name: 'WEBUI_ADMIN_EMAIL', value: 'admin@example.org' })
  expect(env()).toContainEqual({
    name: 'WEBUI_ADMIN_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'firstAdminPassword' } },
  })
})

test('prefers the administrator password that was given', () => {
  expect(env({ givenSecrets: ['adminPassword'] })).toContainEqual({
    name: 'WEBUI_ADMIN_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'adminPassword' } },
  })
})

test('talks to the provider it is bound to, with its key when it has one', () => {
  const bound = { url: 'http://gateway.ai.svc:4000/v1', key: { secretKey: 'llm.key' } }
  const withKey = env({ bindings: { llm: bound } })
  expect(withKey).toContainEqual({ name: 'OPENAI_API_BASE_URL', value: bound.url })
  expect(withKey).toContainEqual({
    name: 'OPENAI_API_KEY',
    valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'llm.key' } },
  })
  const keyless = env({ bindings: { llm: { url: 'http://ollama.ai.svc:11434/v1' } } })
  expect(keyless.map(each => each.name)).not.toContain('OPENAI_API_KEY')
})

test('renders a marked placeholder without a provider, and says which need is open', () => {
  expect(unboundNeeds(openWebUI, {}).map(each => each.name)).toEqual(['llm'])
  expect(openWebUI.dependencies).toEqual(['openai-api'])
  const { deployment } = openWebUI.defaultDeployment
  expect(deployment.metadata.annotations).toEqual({ 'kade.dev/unbound': 'llm' })
  expect(env({ bindings: {} })).toContainEqual({
    name: 'OPENAI_API_BASE_URL',
    value: 'http://llm.unbound.invalid',
  })
})

test('a variable of a person replaces the app’s own', () => {
  expect(env({ env: { DEFAULT_LOCALE: 'fy-NL' } })).toContainEqual({
    name: 'DEFAULT_LOCALE',
    value: 'fy-NL',
  })
})
