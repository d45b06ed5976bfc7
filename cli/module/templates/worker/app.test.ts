import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { myApp } from './app.ts'

const bindings = {
  queue: { url: 'redis://queue.team-a.svc:6379', key: { secretKey: 'queue.key' } },
}

test('asks for a queue, and for nothing else', () => {
  deepStrictEqual(myApp.dependencies, ['redis'])
})

test('has time to finish its task before it stops', () => {
  const { deployment } = myApp.mkDeployment({ bindings })
  strictEqual(deployment.spec.template.spec?.terminationGracePeriodSeconds, 120)
})

test('may run in several copies, which share the work', () => {
  strictEqual(myApp.mkDeployment({ bindings, replicas: 3 }).deployment.spec.replicas, 3)
})
