import { expect, test } from 'vitest'
import type { RenderInput } from '#kit/app.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { librechat } from './librechat.ts'
import { startScript } from './start.ts'

moduleTests(librechat)

const llm = { url: 'http://gateway.ai.svc:4000/v1' }

function podOf(changes: Partial<RenderInput> = {}) {
  const objects = librechat.render(renderInput(librechat, { bindings: { llm }, ...changes }))
  const deployment = objects.find(each => each.kind === 'Deployment')
  const { spec } = deployment as ReturnType<typeof librechat.mkDeployment>['deployment'] // of that kind
  const containers = spec.template.spec?.containers ?? []
  const map = objects.find(each => each.kind === 'ConfigMap')?.data as Record<string, string> // a ConfigMap's data is text
  return {
    containers,
    config: JSON.parse(map['librechat.yaml'] ?? ''),
    environment: Object.fromEntries(
      containers[0]?.env?.map(each => [
        each.name,
        each.value ?? each.valueFrom?.secretKeyRef?.key,
      ]) ?? [],
    ),
  }
}

test('makes the first account itself, so that the first who signs up is no administrator', () => {
  const { containers, environment } = podOf()
  expect(environment).toMatchObject({
    FIRST_ADMIN_EMAIL: 'admin@example.org',
    FIRST_ADMIN_PASSWORD: 'firstAdminPassword',
    ALLOW_REGISTRATION: 'false',
  })
  expect(containers[0]?.command).toEqual(['/bin/sh', '-c', startScript])
  expect(podOf({ givenSecrets: ['adminPassword'] }).environment.FIRST_ADMIN_PASSWORD).toBe(
    'adminPassword',
  )
})

test('has keys of its own, in the form its cipher reads', () => {
  expect(podOf().environment).toMatchObject({
    CREDS_KEY: 'credentialsKey',
    CREDS_IV: 'credentialsVector',
  })
  const spec = (name: string) => librechat.secrets.find(each => each.name === name)
  expect(spec('credentialsKey')).toMatchObject({ kind: 'generated', bytes: 32, encoding: 'hex' })
  expect(spec('credentialsVector')).toMatchObject({ kind: 'generated', bytes: 16, encoding: 'hex' })
})

test('brings a database that only its own pod can reach, unless one is bound', () => {
  const own = podOf()
  expect(own.environment.MONGO_URI).toBe('mongodb://127.0.0.1:27017/LibreChat')
  expect(own.containers[1]).toMatchObject({
    name: 'database',
    args: expect.arrayContaining(['--bind_ip=127.0.0.1']),
    ports: [],
    volumeMounts: [{ mountPath: '/data/db' }, { mountPath: '/tmp' }],
  })
  const database = { url: 'http://mongo.ai.svc:27017', key: { secretKey: 'database.key' } }
  const bound = podOf({ bindings: { llm, database } })
  expect(bound.containers.map(each => each.name)).toEqual(['librechat'])
  expect(bound.environment.MONGO_URI).toBe('database.key')
})

test('offers the models of the server it is bound to, and writes no key down', () => {
  expect(podOf().config.endpoints.custom).toMatchObject([
    { baseURL: llm.url, apiKey: 'none', models: { default: ['default'], fetch: true } },
  ])
  const withKey = podOf({ bindings: { llm: { ...llm, key: { secretKey: 'llm.key' } } } })
  expect(withKey.config.endpoints.custom[0].apiKey).toMatch(/^\$\{LLM_KEY\}$/)
  expect(withKey.environment.LLM_KEY).toBe('llm.key')
})

test('signs people in elsewhere once the service, its client and its secret are all there', () => {
  const settings = { openidIssuer: 'https://login.example.org', openidClient: 'chat' }
  expect(podOf({ settings }).environment).toMatchObject({ ALLOW_SOCIAL_LOGIN: 'false' })
  expect(podOf({ settings, givenSecrets: ['openidClientSecret'] }).environment).toMatchObject({
    ALLOW_SOCIAL_LOGIN: 'true',
    OPENID_ISSUER: 'https://login.example.org',
    OPENID_CLIENT_SECRET: 'openidClientSecret',
  })
  expect(librechat.parseSettings({ openidIssuer: 'https://login.example.org' })).toMatchObject({
    ok: false,
    violations: [{ pointer: '/openidClient' }],
  })
})
