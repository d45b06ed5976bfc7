import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, list } from '../lint/read.ts'
import { nameOf } from './adjustment.ts'
import { type ImportedApp, renderImported } from './import-app.ts'
import { importObjects } from './import-objects.ts'
import { differencesOf, lostFields, lostObjects } from './proof.ts'
import { moduleSource } from './source.ts'

const shop: readonly KubernetesObject[] = parseAllDocuments(
  readFileSync(new URL('../../tests/support/webshop.yaml', import.meta.url), 'utf8'),
)
  .map(document => document.toJS())
  .flatMap(each => (each.kind === 'List' ? each.items : [each]))
const found = importObjects(shop)
const app = (id: string): ImportedApp => {
  const one = found.apps.find(each => each.draft.id === id)
  if (one === undefined) throw new Error(`no app ${id}`)
  return one
}
const refused = (id: string) =>
  app(id)
    .adjustments.filter(each => each.kind === 'refused')
    .map(each => each.pointer)

describe('a repository of thirty objects', () => {
  test('loses no object and no field', () => {
    expect(shop).toHaveLength(30)
    expect(lostObjects(shop, found)).toEqual([])
    expect(found.apps.flatMap(lostFields)).toEqual([])
    for (const each of found.apps) {
      expect(differencesOf(renderImported(each), each.expected)).toEqual([])
    }
  })

  test('finds what belongs together', () => {
    const groups = found.apps.map(each => [each.draft.id, ...each.originals.map(nameOf)])
    expect(groups).toEqual([
      [
        'web',
        'ServiceAccount/web',
        'Deployment/web',
        'Service/web',
        'Ingress/web',
        'HorizontalPodAutoscaler/web',
        'PodDisruptionBudget/web',
        'ConfigMap/web-config',
        'ConfigMap/web-flags',
      ],
      ['db', 'StatefulSet/db', 'Service/db', 'ConfigMap/db-extra'],
      [
        'files',
        'Deployment/files',
        'PersistentVolumeClaim/files-data',
        'Service/files-public',
        'PodDisruptionBudget/files',
      ],
      ['report', 'CronJob/report', 'ConfigMap/report-config'],
      ['tool', 'Deployment/tool'],
      ['load-once', 'Job/load-once'],
    ])
  })

  test('reads into words of the kit what it has words for', () => {
    expect(app('web').draft).toMatchObject({
      image: 'registry.example.org/shop/web:4.2.0',
      container: 'nginx',
      ports: { http: 8080, metrics: 9113 },
      expose: 'http',
      env: { DATABASE_HOST: 'db', DATABASE_PASSWORD: { secret: 'password' } },
      scratch: { cache: { mount: '/var/cache/shop', size: '1Gi' } },
      resources: { requests: { cpu: '0.25' }, limits: { memory: '512Mi' } },
      runAs: 101,
      stopWithin: 45,
      sidecars: { exporter: { image: 'registry.example.org/tools/exporter:0.9' } },
    })
    expect(app('files').draft.volumes).toEqual({ data: { mount: '/data', size: '30Gi' } })
  })

  test('keeps the value of no secret, and names each key', () => {
    const written = found.apps.map(moduleSource).join('') + JSON.stringify(found.residue)
    for (const value of ['aHVudGVyMg==', 'hunter2', 'correct-horse', 'Zm9v', 'YmFy']) {
      expect(written).not.toContain(value)
    }
    expect([...app('web').secrets]).toEqual([
      ['password', { secret: 'web-db', key: 'password' }],
      ['USER', { secret: 'mail', key: 'USER' }],
      ['PASSWORD', { secret: 'mail', key: 'PASSWORD' }],
    ])
  })

  test('lists what no module may emit, with what to do', () => {
    expect(found.residue.map(each => nameOf(each.object))).toEqual([
      'Namespace/shop',
      'Secret/web-db',
      'Secret/mail',
      'Secret/web-tls',
      'Role/web-reader',
      'RoleBinding/web-reader',
      'NetworkPolicy/web',
      'ResourceQuota/bounds',
      'ServiceMonitor/web',
      'ConfigMap/forgotten',
    ])
    expect(found.made).toEqual(['ReplicaSet/web-6d4cf56db6'])
    for (const { why, next } of found.residue) expect([why, next]).not.toContain('')
  })

  test('keeps the openings a reason opens, and refuses the others by name', () => {
    expect(Object.keys(app('web').draft.relax)).toEqual([
      'writableRootFilesystem',
      'serviceAccountToken',
    ])
    expect(app('files').draft.relax).toMatchObject({ capabilities: { add: ['NET_BIND_SERVICE'] } })
    expect(refused('files')).toEqual([
      '/spec/template/spec/hostNetwork',
      '/spec/template/spec/volumes/1/hostPath',
      '/spec/template/spec/containers/0/securityContext/privileged',
    ])
  })

  test('asks a person what nobody else can answer', () => {
    expect(app('tool').open).toMatchObject([{ rule: 'fixed-image' }])
    expect(found.apps.filter(each => each.open.length > 0)).toHaveLength(1)
  })

  test('leaves the replicas of what is scaled to its autoscaler', () => {
    const web = renderImported(app('web')).find(each => each.kind === 'Deployment')
    expect(at(web, 'spec', 'replicas')).toBeUndefined()
  })
})

test('a variable of the person reaches a container that had none', () => {
  const files = app('files')
  const input = { ...files.input, env: { MINE: 'yes' } }
  const deployment = renderImported({ ...files, input }).find(each => each.kind === 'Deployment')
  const [container] = list(at(deployment, 'spec', 'template', 'spec', 'containers'))
  expect(at(container, 'env')).toEqual([{ name: 'MINE', value: 'yes' }])
})

test('without a host there is no Ingress, and nothing is laid over it', () => {
  const web = app('web')
  const objects = renderImported({ ...web, input: { ...web.input, ingress: null } })
  expect(objects.map(each => each.kind)).not.toContain('Ingress')
})

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/)
const value = fc.oneof(
  fc.string(),
  fc.constantFrom('$(A)', '$$(A)', "it's", '`', ['$', '{x}'].join(''), 'a\nb', '\\'),
)
const maybe = <T>(key: string, arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined }).map(each => (each === undefined ? {} : { [key]: each }))
const all = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map(each => Object.assign({}, ...each))
const seconds = fc.integer({ min: 1, max: 900 })
const env = fc.oneof(
  fc.record({ name: word, value }),
  word.map(name => ({ name, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } })),
  fc
    .tuple(word, word)
    .map(([name, key]) => ({ name, valueFrom: { secretKeyRef: { name: 'other', key } } })),
)
const port = fc.record({
  containerPort: fc.integer({ min: 1, max: 65535 }),
  protocol: fc.constantFrom('TCP', 'UDP'),
})
const container = (name: string) =>
  all(
    fc.constant({ name, image: 'registry.example.org/a/b:1.2' }),
    maybe('command', fc.array(value, { maxLength: 3 })),
    maybe('args', fc.array(value, { maxLength: 3 })),
    maybe('env', fc.uniqueArray(env, { selector: each => each.name, maxLength: 5 })),
    maybe('ports', fc.uniqueArray(port, { selector: each => each.containerPort, maxLength: 3 })),
    maybe('workingDir', fc.constant('/srv')),
    maybe(
      'resources',
      fc.constantFrom({}, { limits: { cpu: 2 } }, { requests: { memory: '100M' } }),
    ),
    maybe(
      'readinessProbe',
      fc.constantFrom({ exec: { command: ['x'] }, periodSeconds: 7 }, { tcpSocket: { port: 80 } }),
    ),
    maybe(
      'securityContext',
      fc.constantFrom({}, { privileged: true }, { runAsUser: 5 }, { readOnlyRootFilesystem: true }),
    ),
    maybe('volumeMounts', fc.constant([{ name: 'tmp', mountPath: '/tmp', subPath: 'x' }])),
  )
const pod = all(
  fc
    .tuple(container('one'), container('two'))
    .chain(([one, two]) =>
      fc.constantFrom(
        { containers: [one] },
        { containers: [one, two] },
        { containers: [two], initContainers: [one] },
      ),
    ),
  maybe('hostNetwork', fc.boolean()),
  maybe('terminationGracePeriodSeconds', seconds),
  maybe('nodeSelector', fc.dictionary(word, word)),
  maybe('tolerations', fc.constant([{ key: 'gpu', operator: 'Exists' }])),
  maybe(
    'securityContext',
    fc.constantFrom({}, { runAsUser: 0 }, { fsGroup: 7 }, { runAsUser: 9, runAsGroup: 8 }),
  ),
  maybe('serviceAccountName', fc.constantFrom('default', 'one', 'builder')),
  maybe('automountServiceAccountToken', fc.boolean()),
  fc.constantFrom(
    { volumes: [{ name: 'tmp' }] },
    { volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }] },
  ),
)
const deployment = fc
  .tuple(
    pod,
    maybe('replicas', fc.integer({ min: 0, max: 20 })),
    maybe('strategy', fc.constantFrom({ type: 'Recreate' }, {})),
  )
  .map(([spec, ...more]): KubernetesObject => {
    const labels = { run: 'one' }
    const template = { metadata: { labels }, spec }
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'one' },
      spec: Object.assign({ selector: { matchLabels: labels }, template }, ...more),
    }
  })

test('a Deployment of any kind keeps every field', () => {
  fc.assert(
    fc.property(deployment, each => {
      const [one, ...others] = importObjects([each]).apps
      if (one === undefined) throw new Error('no app')
      expect(others).toEqual([])
      expect(lostFields(one)).toEqual([])
      expect(differencesOf(renderImported(one), one.expected)).toEqual([])
    }),
    { numRuns: 150 },
  )
})
