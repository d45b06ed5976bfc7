import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { mlflow } from './mlflow.ts'
import type { settings } from './settings.ts'

moduleTests(mlflow)

const containerOf = (options: MkDeploymentOptions<typeof settings, 'data'> = {}) =>
  mlflow.mkDeployment(options).deployment.spec.template.spec?.containers[0]

test('asks people to sign in unless that is turned off', () => {
  expect(containerOf()?.args).toContain('--app-name=basic-auth')
  expect(containerOf({ config: { signIn: false } })?.args).not.toContain('--app-name=basic-auth')
})

test('answers to the host it is given, and to its own names', () => {
  const { deployment } = mlflow.mkDeployment({
    namespace: 'lab',
    name: 'runs',
    ingress: { host: 'runs.example.org' },
  })
  const env = deployment.spec.template.spec?.containers[0]?.env ?? []
  const hosts = env.find(each => each.name === 'MLFLOW_SERVER_ALLOWED_HOSTS')?.value?.split(',')
  expect(hosts).toEqual(
    expect.arrayContaining([
      'runs.example.org',
      'runs.lab.svc',
      'runs.lab.svc:5000',
      'localhost',
      '127.0.0.1:5000',
    ]),
  )
})

test('keeps results on its disk, or in the database it is bound to', () => {
  const uri = 'MLFLOW_BACKEND_STORE_URI'
  expect(containerOf()?.env).toContainEqual({ name: uri, value: 'sqlite:////mlflow/mlflow.db' })
  const bindings = {
    database: { url: 'postgresql://db.other.svc', key: { secretKey: 'database.key' } },
  }
  expect(containerOf({ bindings })?.env).toContainEqual({
    name: uri,
    valueFrom: { secretKeyRef: { name: 'mlflow-secrets', key: 'database.key' } },
  })
})

test('starts no runners of jobs, which take more memory than the server and whose models it may not call', () => {
  const off = { name: 'MLFLOW_SERVER_ENABLE_JOB_EXECUTION', value: 'false' }
  expect(containerOf()?.env).toContainEqual(off)
  expect(mlflow.network.egress).toEqual([])
})
