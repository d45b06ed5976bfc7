import { expect, test } from 'vitest'
import { check } from './check.ts'
import { moduleKinds } from './kinds.ts'
import type { Deployment } from './kubernetes/generated/apps-v1.ts'
import { shapeOfKind, shapes } from './kubernetes/generated/schemas.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { validate } from './validate.ts'

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sample', namespace: 'team-a', labels: { app: 'sample' } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'sample' } },
    strategy: { type: 'Recreate', rollingUpdate: { maxSurge: '25%' } },
    template: {
      metadata: { labels: { app: 'sample' } },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'registry.example/sample:1.0.0',
            imagePullPolicy: 'IfNotPresent',
            env: [{ name: 'LEVEL', value: 'info' }],
            ports: [{ name: 'http', containerPort: 8080 }],
            resources: { limits: { cpu: '1', memory: '512Mi' } },
            securityContext: { privileged: false },
          },
        ],
      },
    },
  },
}
const container = '/0/spec/template/spec/containers/0'

/** The deployment as JSON text, with one piece of it replaced. */
function withFault(was: string, is: string): KubernetesObject[] {
  const json = JSON.stringify([deployment])
  expect(json).toContain(was)
  return JSON.parse(json.replace(was, is))
}

test('finds nothing in a sound object', () => {
  expect(validate([deployment])).toEqual([])
})

test.each([
  [
    '1: a misspelt field',
    '"replicas":3',
    '"replicsa":3',
    '/0/spec/replicsa',
    'DeploymentSpec has no field "replicsa" to write; did you mean "replicas"?',
  ],
  [
    '2: a pull policy that there is not',
    '"IfNotPresent"',
    '"Sometimes"',
    `${container}/imagePullPolicy`,
    'must be one of Always, IfNotPresent, Never; it is "Sometimes"',
  ],
  [
    '3: replicas as a text',
    '"replicas":3',
    '"replicas":"3"',
    '/0/spec/replicas',
    'must be a whole number; it is "3"',
  ],
  [
    '4: no selector',
    '"selector":{"matchLabels":{"app":"sample"}},',
    '',
    '/0/spec/selector',
    'DeploymentSpec needs "selector"',
  ],
  ['5: no container name', '"name":"app",', '', `${container}/name`, 'Container needs "name"'],
  [
    '7: a quantity with a wrong unit',
    '"512Mi"',
    '"512MB"',
    `${container}/resources/limits/memory`,
    'must be a quantity such as 250m, 2, 512Mi or 2Gi; it is "512MB"',
  ],
  [
    '17: a number as the value of a variable',
    '"value":"info"',
    '"value":1',
    `${container}/env/0/value`,
    'must be a text; it is 1',
  ],
  [
    'a label that is no text',
    '"labels":{"app":"sample"}',
    '"labels":{"app":1}',
    '/0/metadata/labels/app',
    'must be a text; it is 1',
  ],
  [
    'a list that is none',
    '"ports":[{"name":"http","containerPort":8080}]',
    '"ports":{"http":8080}',
    `${container}/ports`,
    'must be a list; it is {"http":8080}',
  ],
  [
    'a word where a yes or no belongs',
    '"privileged":false',
    '"privileged":"no"',
    `${container}/securityContext/privileged`,
    'must be true or false; it is "no"',
  ],
  [
    'a null',
    '"replicas":3',
    '"replicas":null',
    '/0/spec/replicas',
    'must be a whole number; it is null',
  ],
  [
    'an object without a name',
    '"name":"sample","namespace"',
    '"namespace"',
    '/0/metadata/name',
    'every object has a name',
  ],
  [
    'what only the server writes',
    '"labels":{"app":"sample"}',
    '"uid":"1"',
    '/0/metadata/uid',
    'ObjectMeta has no field "uid" to write',
  ],
])('finds %s', (_, was, is, pointer, detail) => {
  expect(validate(withFault(was, is))).toEqual([{ rule: 'schema', pointer, detail }])
})

test('refuses a status, which is the server’s', () => {
  const [finding] = validate([{ ...deployment, status: {} }])
  expect(finding?.pointer).toBe('/0/status')
})

test('15: an API version that is removed is said by the linter, and only there', () => {
  const removed = { ...deployment, apiVersion: 'extensions/v1beta1' }
  expect(check([removed]).filter(each => each.pointer === '/0/kind')).toMatchObject([
    { rule: 'kind-allowed' },
  ])
})

test('finds every fault at once, and says each place once', () => {
  const [object] = withFault('"512Mi"', '"512MB"')
  const text = JSON.stringify([object]).replace('"replicas":3', '"replicsa":3')
  const found = check(JSON.parse(text))
  expect(found.filter(each => each.rule === 'schema').map(each => each.pointer)).toEqual([
    '/0/spec/replicsa',
  ])
  expect(found.filter(each => each.pointer.endsWith('/limits/memory'))).toMatchObject([
    { rule: 'quantity' },
  ])
})

test('has a schema for every kind a module may emit but the one that is no part of Kubernetes itself', () => {
  const without = [...moduleKinds].filter(kind => shapeOfKind[kind] === undefined)
  expect(without).toEqual(['gateway.networking.k8s.io/v1/HTTPRoute'])
})

test('every shape that another names is there', () => {
  const named = JSON.stringify(shapes).matchAll(/"of":"([^"]+)"/g)
  for (const [, name] of named) expect(Object.keys(shapes)).toContain(name)
})

test('reads objects of any shape without failing', () => {
  const odd = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: null }
  expect(validate([odd])).toHaveLength(1)
  const hostile = JSON.parse(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"__proto__":{},"constructor":1}',
  )
  expect(validate([hostile]).map(each => each.pointer)).toEqual(['/0/__proto__', '/0/constructor'])
})
