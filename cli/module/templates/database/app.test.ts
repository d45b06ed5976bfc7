import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict'
import { test } from 'vitest'
import { myApp } from './app.ts'

test('keeps its data on a disk of the size that was chosen', () => {
  deepStrictEqual(myApp.storage, [{ name: 'data', size: '5Gi', mount: '/var/lib/postgresql' }])
})

test('is stopped before it is replaced: one copy owns the disk', () => {
  strictEqual(myApp.mkDeployment().deployment.spec.strategy?.type, 'Recreate')
  strictEqual(myApp.maxReplicas, 1)
})

test('gives its password to no one but the apps that bind to it', () => {
  const [offer] = myApp.provides
  strictEqual(offer?.secret, 'password')
  throws(
    () => myApp.mkDeployment({ ingress: { host: 'x.example.org' } } as object),
    /exposes no port/,
  )
})
