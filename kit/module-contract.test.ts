import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineApp } from './define-app.ts'
import type { KubernetesObject } from './kubernetes-object.ts'

const check = { path: '/health', port: 'http' } as const
const parts = {
  info: {
    id: 'sample',
    name: 'Sample',
    version: '1.0.0',
    category: 'test',
    description: { en: 'Sample', nl: 'Voorbeeld' },
  },
  ports: { http: 8080 },
  expose: 'http',
  settings: z.strictObject({}),
  health: { startup: check, ready: check, live: check },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 60,
  volumes: { data: { mount: '/data', size: '1Gi' } },
  env: () => ({}),
} as const
const image = 'registry.example/sample:1.0.0'
type Objects = readonly KubernetesObject[]
const transformed = (transform: (objects: Objects) => Objects) =>
  defineApp({ ...parts, image, transform })

const marked = (objects: Objects) =>
  objects.map(each => ({
    ...each,
    metadata: { ...each.metadata, annotations: { 'example.org/seen': each.kind } },
  }))

test('gives the objects as transform left them, and beside them what else there is', () => {
  const made = transformed(marked).mkDeployment({ ingress: { host: 'sample.example.org' } })
  for (const object of [made.deployment, made.service, made.ingress])
    expect(object.metadata.annotations).toEqual({ 'example.org/seen': object.kind })
  expect(made.others.map(each => each.kind)).toEqual(['ServiceAccount', 'PersistentVolumeClaim'])
  expect(made.others[0]?.metadata.annotations).toEqual({ 'example.org/seen': 'ServiceAccount' })
})

test('refuses a transform that takes an object of the contract away', () => {
  const without = transformed(objects => objects.filter(each => each.kind !== 'Service'))
  expect(() => without.mkDeployment()).toThrow('took away Service/sample')
  expect(() => without.mkDeployment({ name: 'mine' })).toThrow('took away Service/mine')
})

const containerOf = (objects: Objects) =>
  JSON.parse(JSON.stringify(objects)).find((each: KubernetesObject) => each.kind === 'Deployment')
    .spec.template.spec.containers[0]

test('runs an app that names no image from the node, in dev and nowhere else', () => {
  const local = defineApp(parts)
  const own = { image: 'sample:latest', imagePullPolicy: 'Never' }
  const input = {
    namespace: 'team-a',
    name: 'mine',
    settings: {},
    replicas: 1,
    env: {},
    ingress: null,
    bindings: {},
    secretName: 'mine-1',
    givenSecrets: [],
  }
  expect(containerOf([local.defaultDeployment.deployment])).toMatchObject(own)
  expect(containerOf(local.render({ ...input, environment: 'dev' }))).toMatchObject(own)
  for (const environment of ['staging', 'prod'] as const) {
    expect(() => local.render({ ...input, environment })).toThrow(`${environment} needs one`)
    expect(() => local.mkDeployment({ environment })).toThrow('/image: the module names no image')
    const given = local.mkDeployment({ environment, image })
    expect(containerOf([given.deployment])).toMatchObject({
      image,
      imagePullPolicy: 'IfNotPresent',
    })
  }
})

test('pulls a named image where it is absent, in dev too', () => {
  const named = defineApp({ ...parts, image })
  expect(containerOf([named.defaultDeployment.deployment])).toMatchObject({
    image,
    imagePullPolicy: 'IfNotPresent',
  })
})
