import { ok, strictEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { myApp } from './app.ts'

const app = (language: 'en' | 'nl') =>
  myApp.mkDeployment({ config: { language } }).deployment.spec.template.spec?.containers[0]

test('tells the app the language that was chosen', () => {
  const chosen = app('nl')?.env?.find(each => each.name === 'LANGUAGE')
  strictEqual(chosen?.value, 'nl')
})

test('knows no model server until one is bound', () => {
  ok(!app('en')?.env?.some(each => each.name === 'OPENAI_BASE_URL'))
})

test('leads a host to its pages when one is given', () => {
  const { ingress } = myApp.mkDeployment({ ingress: { host: 'my-app.example.org' } })
  strictEqual(ingress.spec.rules?.[0]?.host, 'my-app.example.org')
})
