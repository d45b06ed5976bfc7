import { expect, test } from 'vitest'
import type { RenderInput } from '#kit/app.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { litellm } from './litellm.ts'

moduleTests(litellm)

function config(changes: Partial<RenderInput> = {}) {
  const map = litellm.render(renderInput(litellm, changes)).find(each => each.kind === 'ConfigMap')
  const data = map?.data as Record<string, string> // a ConfigMap's data is text
  return { name: map?.metadata.name, ...JSON.parse(data['config.yaml'] ?? '{}') }
}

test('passes every model on to the server it is bound to', () => {
  const bindings = { models: { url: 'http://ollama.ai.svc:11434/v1' } }
  expect(config({ bindings }).model_list).toEqual([
    {
      model_name: '*',
      litellm_params: {
        model: 'openai/*',
        api_base: 'http://ollama.ai.svc:11434/v1',
        api_key: 'none',
      },
    },
  ])
})

test('offers a provider’s models exactly when its key was given, and writes no key down', () => {
  const given = config({ bindings: {}, givenSecrets: ['mistralKey'] })
  expect(given.model_list).toEqual([
    {
      model_name: 'mistral/*',
      litellm_params: { model: 'mistral/*', api_key: 'os.environ/MISTRAL_API_KEY' },
    },
  ])
  expect(config({ bindings: {} }).model_list).toEqual([])
})

test('changed settings change the name of the file’s ConfigMap, so that pods roll', () => {
  expect(config({ settings: { retries: 5 } }).name).not.toBe(config().name)
  expect(config({ settings: { retries: 2 } }).name).toBe(config().name)
})

test('gives those who bind the master key, which begins as its clients expect', () => {
  expect(litellm.provides).toMatchObject([{ capability: 'openai-api', secret: 'masterKey' }])
  expect(litellm.secrets.find(each => each.name === 'masterKey')?.prefix).toBe('sk-')
})

test('changes its database once and before it serves, and never from a pod that serves', () => {
  const schemaUpdate = (kind: string, changes: Partial<RenderInput> = {}) =>
    litellm
      .render(renderInput(litellm, changes))
      .filter(each => each.kind === kind)
      .map(each => /"DISABLE_SCHEMA_UPDATE","value":"(\w+)"/.exec(JSON.stringify(each))?.[1])
  expect(schemaUpdate('Job')).toEqual(['false'])
  expect(schemaUpdate('Deployment')).toEqual(['true'])
  expect(schemaUpdate('Job', { bindings: {} })).toEqual([])
  expect(schemaUpdate('Deployment', { bindings: {} })).toEqual([undefined])
})

test('does not change its database again when only its own settings change', () => {
  const job = (settings: object) =>
    litellm
      .render(renderInput(litellm, { settings: { ...settings } }))
      .find(each => each.kind === 'Job')
  expect(job({ retries: 5 })).toEqual(job({ retries: 2 }))
})

test('may run several copies, replaced one by one', () => {
  expect(litellm.mkDeployment({ replicas: 3 }).deployment.spec).toMatchObject({
    replicas: 3,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
  })
})

test('copies its pages to a folder that it makes itself: a mounted one belongs to root', () => {
  const container = litellm.mkDeployment({}).deployment.spec.template.spec?.containers[0]
  const mounts = container?.volumeMounts?.map(each => each.mountPath)
  expect(mounts).toContain('/var/lib/litellm')
  for (const name of ['LITELLM_UI_PATH', 'LITELLM_ASSETS_PATH']) {
    const folder = container?.env?.find(each => each.name === name)?.value
    expect(folder).toMatch(/^\/var\/lib\/litellm\/./)
    expect(mounts).not.toContain(folder)
  }
})
