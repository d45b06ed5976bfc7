import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineApp } from './define-app.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { lint } from './lint.ts'

const text = { en: 'Sample', nl: 'Voorbeeld' }
const check = { path: '/health', port: 'http' } as const
const sample = defineApp({
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: text },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  expose: 'http',
  settings: z.strictObject({}),
  volumes: { data: { mount: '/data', size: '1Gi' } },
  files: { config: { mount: '/etc/sample', content: () => ({ 'sample.conf': 'on' }) } },
  health: { startup: check, ready: check, live: check },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 60,
  env: () => ({ LEVEL: 'info' }),
})

const sound = sample.render({
  namespace: 'team-a',
  name: 'sample',
  settings: {},
  replicas: 1,
  env: {},
  ingress: { host: 'sample.example.org' },
  bindings: {},
  secretName: 'sample-1',
  givenSecrets: [],
})

/** The sound objects as JSON text, with one piece of it replaced. */
function withFault(was: string, is: string): KubernetesObject[] {
  const json = JSON.stringify(sound)
  expect(json).toContain(was)
  return JSON.parse(json.replaceAll(was, is))
}

/** Found by their order: account, claim, files, service, deployment, ingress. */
const pod = '/4/spec/template/spec'
const container = `${pod}/containers/0`

test('finds nothing in what defineApp builds', () => {
  expect(lint(sound)).toEqual([])
})

test.each([
  [
    '8: an object name with a capital',
    '"name":"sample-data"',
    '"name":"Sample_Data"',
    'object-name',
    '/1/metadata/name',
  ],
  [
    '12: a request above its limit',
    '"memory":"128Mi"',
    '"memory":"512Mi"',
    'request-within-limit',
    `${container}/resources/requests/memory`,
  ],
  [
    '16: a port that cannot exist',
    '"containerPort":8080',
    '"containerPort":70000',
    'port-range',
    `${container}/ports/0/containerPort`,
  ],
  [
    '20: a negative grace period',
    '"terminationGracePeriodSeconds":30',
    '"terminationGracePeriodSeconds":-1',
    'grace-period',
    `${pod}/terminationGracePeriodSeconds`,
  ],
  [
    '24: a label value with a space',
    '"app.kubernetes.io/version":"1.0.0"',
    '"app.kubernetes.io/version":"1.0 beta"',
    'label-value',
    '/0/metadata/labels/app.kubernetes.io~1version',
  ],
])('finds fault %s', (_, was, is, rule, pointer) => {
  expect(lint(withFault(was, is))).toContainEqual(expect.objectContaining({ rule, pointer }))
})

test.each([
  [
    'a kind that a module may not emit',
    '"kind":"Ingress"',
    '"kind":"NetworkPolicy"',
    'kind-allowed',
  ],
  [
    'a selector that misses its own pods',
    '"matchLabels":{"app.kubernetes.io/name":"sample"',
    '"matchLabels":{"app.kubernetes.io/name":"other"',
    'selector',
  ],
  ['a quantity with a wrong unit', '"memory":"256Mi"', '"memory":"256MB"', 'quantity'],
  ['a probe on a port that is not there', '"port":"http"}', '"port":"grpc"}', 'probe-port'],
  ['a target port that is not there', '"targetPort":"http"', '"targetPort":"grpc"', 'target-port'],
  [
    'a mount without a volume',
    '"name":"data","mountPath"',
    '"name":"lost","mountPath"',
    'mounted-volume',
  ],
  [
    'a claim that is not there',
    '"claimName":"sample-data"',
    '"claimName":"sample-lost"',
    'claim-exists',
  ],
  [
    'a ConfigMap that is not there',
    '"configMap":{"name":"sample-',
    '"configMap":{"name":"lost-',
    'config-map-exists',
  ],
  [
    'an ingress to a missing service',
    '"service":{"name":"sample"',
    '"service":{"name":"lost"',
    'ingress-service',
  ],
  [
    'an account of someone else',
    '"serviceAccountName":"sample"',
    '"serviceAccountName":"default"',
    'own-service-account',
  ],
  [
    'a variable with a value and a reference',
    '"value":"info"',
    '"value":"info","valueFrom":{}',
    'one-env-source',
  ],
  ['a variable that is no text', '"value":"info"', '"value":1', 'env-is-text'],
  [
    'a variable that is set twice',
    '{"name":"LEVEL","value":"info"}',
    '{"name":"LEVEL","value":"info"},{"name":"LEVEL","value":"x"}',
    'unique-env',
  ],
  ['an image without a fixed tag', 'sample:1.0.0', 'sample:latest', 'fixed-image'],
  [
    'a container without a memory limit',
    '"limits":{"cpu":"1","memory":"256Mi"}',
    '"limits":{"cpu":"1"}',
    'resources-present',
  ],
  ['a workload without a readiness probe', '"readinessProbe"', '"otherProbe"', 'probe-present'],
  [
    'an object of another namespace',
    '"kind":"Service","metadata":{"name":"sample","namespace":"team-a"',
    '"kind":"Service","metadata":{"name":"sample","namespace":"kube-system"',
    'one-namespace',
  ],
])('finds %s', (_, was, is, rule) => {
  expect(lint(withFault(was, is)).map(each => each.rule)).toContain(rule)
})

test.each([
  ['root', '"runAsNonRoot":true', '"runAsNonRoot":false'],
  ['user 0', '"runAsUser":1000', '"runAsUser":0'],
  ['escalation', '"allowPrivilegeEscalation":false', '"allowPrivilegeEscalation":true'],
  [
    'privileges',
    '"allowPrivilegeEscalation":false',
    '"allowPrivilegeEscalation":false,"privileged":true',
  ],
  ['a writable root', '"readOnlyRootFilesystem":true', '"readOnlyRootFilesystem":false'],
  ['kept capabilities', '"drop":["ALL"]', '"drop":["NET_RAW"]'],
  ['another seccomp profile', '"RuntimeDefault"', '"Unconfined"'],
  [
    'a token',
    '"automountServiceAccountToken":false,"enable',
    '"automountServiceAccountToken":true,"enable',
  ],
  [
    'the network of the node',
    '"enableServiceLinks":false',
    '"enableServiceLinks":false,"hostNetwork":true',
  ],
  [
    'a directory of the node',
    '"persistentVolumeClaim":{',
    '"hostPath":{"path":"/"},"persistentVolumeClaim":{',
  ],
])('finds %s outside the restricted profile', (_, was, is) => {
  expect(lint(withFault(was, is)).map(each => each.rule)).toEqual(['restricted'])
})

test('lets an opening pass that the app gives a reason for, and no other', () => {
  const writable = withFault('"readOnlyRootFilesystem":true', '"readOnlyRootFilesystem":false')
  expect(lint(writable, ['writableRootFilesystem'])).toEqual([])
  expect(lint(writable, ['runAsRoot'])).toHaveLength(1)
})

test('reports every fault at once', () => {
  const objects = withFault('"containerPort":8080', '"containerPort":0')
  const both = JSON.parse(JSON.stringify(objects).replaceAll('sample:1.0.0', 'sample'))
  expect(lint(both).map(each => each.rule)).toEqual(['fixed-image', 'port-range'])
})

test('reads objects of any shape without failing', () => {
  const odd = [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: null }]
  expect(lint(odd).length).toBeGreaterThan(0)
})

test('finds a phase that there is not, and a job of a phase that clears itself away', () => {
  const job = (phase: string, spec: object = {}): KubernetesObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'x', namespace: 'team-a', annotations: { 'kade.dev/phase': phase } },
    spec,
  })
  const rules = (...objects: KubernetesObject[]) =>
    lint(objects).flatMap(each => (each.rule.startsWith('phase') ? [each] : []))
  expect(rules(job('pre'), job('main', { ttlSecondsAfterFinished: 60 }))).toEqual([])
  expect(rules(job('before'))).toMatchObject([
    { rule: 'phase', pointer: '/0/metadata/annotations/kade.dev~1phase' },
  ])
  expect(rules(job('test', { ttlSecondsAfterFinished: 60 }))).toMatchObject([
    { rule: 'phase-stays', pointer: '/0/spec/ttlSecondsAfterFinished' },
  ])
  const { annotations: _none, ...metadata } = job('main').metadata
  const own = { ...job('main', { ttlSecondsAfterFinished: 60 }), metadata }
  expect(rules(own, job('pre'))).toEqual([])
  expect(rules(own, job('post'))).toMatchObject([
    { rule: 'phase-stays', pointer: '/0/spec/ttlSecondsAfterFinished' },
  ])
})

test('finds a phase on what is no job', () => {
  const [account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x' } }] = sound
  const annotations = { 'kade.dev/phase': 'main' }
  expect(lint([{ ...account, metadata: { ...account.metadata, annotations } }])).toContainEqual(
    expect.objectContaining({ rule: 'phase-of-job' }),
  )
})

test('finds owners and finalizers, of an object and of what is made by its templates', () => {
  const metadata = { ownerReferences: [{ name: 'other' }], finalizers: ['example.org/never'] }
  const odd = {
    apiVersion: 'x/v1',
    kind: 'StatefulSet',
    metadata: { name: 'x', ...metadata },
    spec: {
      template: { metadata },
      jobTemplate: { metadata },
      volumeClaimTemplates: [{}, { metadata }],
    },
  }
  const found = lint([odd]).filter(each => each.rule === 'life-of-object')
  const places = ['', 'spec/template/', 'spec/jobTemplate/', 'spec/volumeClaimTemplates/1/']
  expect(found.map(each => each.pointer).toSorted()).toEqual(
    places
      .flatMap(place => Object.keys(metadata).map(key => `/0/${place}metadata/${key}`))
      .toSorted(),
  )
})
