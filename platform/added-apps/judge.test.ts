import { describe, expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { litellm } from '#catalog/litellm/litellm.ts'
import { openWebUI } from '#catalog/open-webui/open-webui.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { renderInput } from '#kit/render-input.ts'
import { judgeRendered } from './judge.ts'

const input = renderInput(openWebUI, { ingress: { host: 'chat.example.org' } })
type Open = Record<string, unknown> & { metadata: Record<string, unknown> }

/** What an honest module renders, as it comes out of the sandbox, with a change. */
function judge(change: (objects: Open[]) => unknown, asked = input) {
  const objects = JSON.parse(JSON.stringify(openWebUI.render(asked))) as Open[] // of our own making
  const changed = change(objects) ?? objects
  const judged = judgeRendered(JSON.parse(JSON.stringify(changed)), openWebUI, asked)
  return judged.ok ? [] : judged.violations
}

// biome-ignore lint/suspicious/noExplicitAny: the tests write what no type of an object allows
const of = (objects: Open[], kind: string): any => {
  const found = objects.find(object => object.kind === kind)
  if (!found) throw new Error(`there is no ${kind}`)
  return found
}
const podOf = (objects: Open[]) => of(objects, 'Deployment').spec.template

it('lets through what a module of the catalogue renders, untouched', () => {
  const judged = judgeRendered(openWebUI.render(input), openWebUI, input)
  expect(judged).toMatchObject({ ok: true })
  if (judged.ok) expect(judged.objects).toEqual(openWebUI.render(input))
})

it.each(catalog.map(({ app }) => app))('lets $id through, with all it can use', app => {
  const asked = renderInput(app, app.network.expose === null ? {} : { ingress: input.ingress })
  const judged = judgeRendered(JSON.parse(JSON.stringify(app.render(asked))), app, asked)
  expect(judged.ok ? [] : judged.violations).toEqual([])
})

it('takes the pods of a job for no pods of the app, nor for those of another deployment', () => {
  const asked = renderInput(litellm)
  const withLabels = (labels: object) => {
    const objects = JSON.parse(JSON.stringify(litellm.render(asked))) as Open[]
    Object.assign(of(objects, 'Job').spec.template.metadata.labels, labels)
    const judged = judgeRendered(objects, litellm, asked)
    return judged.ok ? [] : judged.violations.map(one => one.pointer)
  }
  expect(withLabels({})).toEqual([])
  expect(withLabels({ 'app.kubernetes.io/name': 'other' })).toEqual([
    expect.stringMatching(/labels\/app\.kubernetes\.io~1name$/),
  ])
  expect(withLabels({ 'app.kubernetes.io/instance': 'other' })).toEqual([
    expect.stringMatching(/labels\/app\.kubernetes\.io~1instance$/),
  ])
})

const add = (object: object) => (objects: Open[]) => [...objects, object]
const named = (kind: string, apiVersion = 'v1') => ({
  apiVersion,
  kind,
  metadata: { name: input.name, namespace: input.namespace },
})

describe('an object of a stranger is refused, with its place,', () => {
  it.each<[string, (objects: Open[]) => unknown, RegExp]>([
    [
      'when it is a ClusterRole',
      add(named('ClusterRole', 'rbac.authorization.k8s.io/v1')),
      /^\/\d+\/kind$/,
    ],
    ['when it is a Namespace', add(named('Namespace')), /^\/\d+\/kind$/],
    [
      'when it is a NetworkPolicy',
      add(named('NetworkPolicy', 'networking.k8s.io/v1')),
      /^\/\d+\/kind$/,
    ],
    [
      'when it is a Secret with data',
      add({ ...named('Secret'), data: { a: 'eA==' } }),
      /^\/\d+\/kind$/,
    ],
    ['when it is a bare Pod', add({ ...named('Pod'), spec: { containers: [] } }), /^\/\d+\/kind$/],
    [
      'in another namespace',
      all => {
        of(all, 'Service').metadata.namespace = 'kube-system'
      },
      /metadata\/namespace$/,
    ],
    [
      'under the name of another deployment',
      all => {
        of(all, 'Service').metadata.name = 'other'
      },
      /metadata\/name$/,
    ],
    [
      'with a label of the platform',
      all => {
        of(all, 'Service').metadata.labels['kade.dev/team'] = 'b'
      },
      /labels\/kade\.dev~1team$/,
    ],
    [
      'with a label that opens the network of a provider',
      all => {
        podOf(all).metadata.labels['uses.kade.dev/x'] = 'true'
      },
      /labels\/uses\.kade\.dev~1x$/,
    ],
    [
      'with an annotation that fences an older revision',
      all => {
        of(all, 'Service').metadata.annotations = { 'kade.dev/revision': '9' }
      },
      /annotations\/kade\.dev~1revision$/,
    ],
    [
      'with an annotation that steers an ingress controller',
      all => {
        of(all, 'Ingress').metadata.annotations = {
          'nginx.ingress.kubernetes.io/server-snippet': 'x',
        }
      },
      /server-snippet$/,
    ],
    [
      'with an annotation that takes a role of the cloud',
      all => {
        of(all, 'ServiceAccount').metadata.annotations = { 'eks.amazonaws.com/role-arn': 'x' }
      },
      /role-arn$/,
    ],
    [
      'when its pods pass for those of another deployment',
      all => {
        podOf(all).metadata.labels['app.kubernetes.io/instance'] = 'other'
      },
      /template\/metadata\/labels\/app\.kubernetes\.io~1instance$/,
    ],
    [
      'when its Service takes the pods of another deployment',
      all => {
        of(all, 'Service').spec.selector['app.kubernetes.io/instance'] = 'other'
      },
      /spec\/selector/,
    ],
    [
      'when its Service shows itself outside',
      all => {
        of(all, 'Service').spec.type = 'LoadBalancer'
      },
      /spec\/type$/,
    ],
    [
      'when its Service takes an address of others',
      all => {
        of(all, 'Service').spec.externalIPs = ['10.0.0.1']
      },
      /externalIPs$/,
    ],
    [
      'when it answers to another address',
      all => {
        of(all, 'Ingress').spec.rules[0].host = 'bank.example.org'
      },
      /spec\/rules$/,
    ],
    [
      'when it answers to every address',
      all => {
        of(all, 'Ingress').spec.defaultBackend = {
          service: { name: input.name, port: { number: 80 } },
        }
      },
      /defaultBackend$/,
    ],
    [
      'when it leads a route to the Service of another',
      add({
        ...named('HTTPRoute', 'gateway.networking.k8s.io/v1'),
        spec: { rules: [{ backendRefs: [{ name: 'other' }] }] },
      }),
      /^\/\d+\/kind$/,
    ],
    [
      'when it goes where others may not',
      all => {
        podOf(all).spec.tolerations = [{ operator: 'Exists' }]
      },
      /tolerations$/,
    ],
    [
      'when it uses the certificate of another',
      all => {
        of(all, 'Ingress').spec.tls = [{ secretName: 'other' }]
      },
      /spec\/tls$/,
    ],
    [
      'when it reads the secret of another',
      all => {
        podOf(all).spec.containers[0].env.push({
          name: 'X',
          valueFrom: { secretKeyRef: { name: 'other-secrets-1', key: 'a' } },
        })
      },
      /secretKeyRef\/name$/,
    ],
    [
      'when it reads all secrets of another',
      all => {
        podOf(all).spec.containers[0].envFrom = [{ secretRef: { name: 'other-secrets-1' } }]
      },
      /secretRef\/name$/,
    ],
    [
      'when it mounts the secret of another',
      all => {
        podOf(all).spec.volumes.push({ name: 'x', secret: { secretName: 'other-secrets-1' } })
      },
      /secret\/secretName$/,
    ],
    [
      'when it mounts a token',
      all => {
        podOf(all).spec.volumes.push({
          name: 'x',
          projected: { sources: [{ serviceAccountToken: { path: 't' } }] },
        })
      },
      /volumes\/\d+\/projected$/,
    ],
    [
      'when it mounts the disk of the node',
      all => {
        podOf(all).spec.volumes.push({ name: 'x', hostPath: { path: '/' } })
      },
      /volumes\/\d+\/hostPath$/,
    ],
    [
      'when it copies the disk of another',
      all => {
        of(all, 'PersistentVolumeClaim').spec.dataSource = {
          kind: 'PersistentVolumeClaim',
          name: 'other',
        }
      },
      /dataSource$/,
    ],
    [
      'when it runs as the deployer',
      all => {
        podOf(all).spec.serviceAccountName = 'kade-deployer'
      },
      /serviceAccountName$/,
    ],
    [
      'when it takes a token',
      all => {
        podOf(all).spec.automountServiceAccountToken = true
      },
      /automountServiceAccountToken$/,
    ],
    [
      'when it is privileged',
      all => {
        podOf(all).spec.containers[0].securityContext.privileged = true
      },
      /privileged$/,
    ],
    [
      'when it opens a port of the node',
      all => {
        podOf(all).spec.containers[0].ports[0].hostPort = 80
      },
      /hostPort$/,
    ],
    [
      'when it shares the network of the node',
      all => {
        podOf(all).spec.hostNetwork = true
      },
      /hostNetwork$/,
    ],
    [
      'when it goes before others',
      all => {
        podOf(all).spec.priorityClassName = 'system-cluster-critical'
      },
      /priorityClassName$/,
    ],
    ...Object.entries({
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: '1' }],
      finalizers: ['example.org/never'],
      generateName: 'other-',
    }).map(([field, value]): [string, (objects: Open[]) => unknown, RegExp] => [
      `with ${field}`,
      all => {
        of(all, 'Service').metadata[field] = value
      },
      new RegExp(`^/\\d+/metadata/${field}$`),
    ]),
    [
      'whose pods never go',
      all => {
        podOf(all).metadata.finalizers = ['example.org/never']
      },
      /template\/metadata\/finalizers$/,
    ],
    [
      'whose jobs belong to another',
      add({
        ...named('CronJob', 'batch/v1'),
        spec: { jobTemplate: { metadata: { ownerReferences: [{ name: 'other' }] } } },
      }),
      /jobTemplate\/metadata\/ownerReferences$/,
    ],
    ...(
      [
        [{ finalizers: ['example.org/never'] }, /0\/metadata\/finalizers$/],
        [{ labels: { 'kade.dev/data': 'keep' } }, /0\/metadata\/labels\/kade\.dev~1data$/],
        [{ annotations: { 'example.org/x': '' } }, /0\/metadata\/annotations\/example/],
        [{ name: 'other' }, /0\/metadata\/name$/],
      ] as const
    ).map(([metadata, place]): [string, (objects: Open[]) => unknown, RegExp] => [
      `whose claims have ${JSON.stringify(metadata)}`,
      add({
        ...named('StatefulSet', 'apps/v1'),
        spec: { volumeClaimTemplates: [{ metadata: { name: input.name, ...metadata } }] },
      }),
      place,
    ]),
    [
      'with a label that something in the cluster reads',
      all => {
        podOf(all).metadata.labels['sidecar.istio.io/inject'] = 'true'
      },
      /labels\/sidecar\.istio\.io~1inject$/,
    ],
    [
      'when it scales what it did not make',
      add({
        ...named('HorizontalPodAutoscaler', 'autoscaling/v2'),
        spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: `${input.name}-2` } },
      }),
      /scaleTargetRef\/name$/,
    ],
    [
      'when a probe asks elsewhere',
      all => {
        podOf(all).spec.containers[0].livenessProbe.httpGet.host = '169.254.169.254'
      },
      /livenessProbe\/httpGet\/host$/,
    ],
    [
      'when a hook asks elsewhere',
      all => {
        podOf(all).spec.containers[0].lifecycle = { preStop: { tcpSocket: { host: 'x', port: 1 } } }
      },
      /lifecycle\/preStop\/tcpSocket\/host$/,
    ],
    [
      'with a phase that is no job',
      all => {
        of(all, 'Service').metadata.annotations = { 'kade.dev/phase': 'main' }
      },
      /annotations\/kade\.dev~1phase$/,
    ],
    [
      'with a field that no kind has',
      all => {
        of(all, 'Service').spec.backdoor = true
      },
      /spec\/backdoor$/,
    ],
    [
      'without a name',
      all => {
        of(all, 'Service').metadata.name = undefined
      },
      /metadata\/name$/,
    ],
    [
      'with labels that are no text',
      all => {
        of(all, 'Service').metadata.labels = { a: { b: 1 } }
      },
      /labels\/a$/,
    ],
  ])('%s', (_, change, place) => {
    const found = judge(change).map(each => each.pointer)
    expect(found.filter(each => place.test(each))).not.toEqual([])
  })

  it.each<[string, unknown]>([
    ['a text', 'objects'],
    ['one object', named('ConfigMap')],
    ['an empty list', []],
    ['a list of nothing', [null]],
    ['numbers', [1, 2]],
  ])('that is %s', (_, value) => {
    expect(judge(() => value)).not.toEqual([])
  })

  it('when there are too many', () => {
    const many = Array.from({ length: 10_000 }, () => named('ConfigMap'))
    expect(judge(() => many)).toMatchObject([
      { detail: { en: expect.stringMatching(/10000 objects/) } },
    ])
  })

  it('when they are too large or too deep', () => {
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    const large = { ...named('ConfigMap'), data: { a: 'x'.repeat(300_000) } }
    expect(judge(all => [...all, large])).toMatchObject([
      { detail: { nl: expect.stringMatching(/bytes/) } },
    ])
    const judged = judgeRendered([{ ...named('ConfigMap'), data: deep }], openWebUI, input)
    expect(judged).toMatchObject({
      violations: [{ detail: { nl: expect.stringMatching(/dieper/) } }],
    })
  })

  it('when a name reaches a prototype, and no prototype is changed', () => {
    const text = JSON.stringify(openWebUI.render(input)).replace(
      '"spec":{',
      '"spec":{"__proto__":{"x":1},',
    )
    const judged = judgeRendered(JSON.parse(text), openWebUI, input)
    expect(judged).toMatchObject({
      ok: false,
      violations: [{ pointer: expect.stringMatching(/spec\/__proto__$/) }],
    })
    expect('x' in {}).toBe(false)
  })

  it('when it answers to an address though none was asked for', () => {
    const alone = { ...input, ingress: null }
    const shown = openWebUI.render(input)
    expect(judgeRendered(shown, openWebUI, alone)).toMatchObject({
      ok: false,
      violations: [
        {
          pointer: expect.stringMatching(/spec\/rules$/),
          detail: { en: expect.stringMatching(/no address was asked for/) },
        },
      ],
    })
  })
})

it('never throws, whatever stands in the place of a field', () => {
  const strange = [null, 0, '', 'x', [], [null], {}, { a: null }, true]
  const objects: readonly KubernetesObject[] = openWebUI.render(input)
  const places = ['spec', 'metadata', 'kind', 'apiVersion', 'data']
  for (const value of strange)
    for (const place of places)
      for (const index of objects.keys()) {
        const changed = objects.map((each, at) =>
          at === index ? { ...each, [place]: value } : each,
        )
        expect(() => judgeRendered(changed, openWebUI, input)).not.toThrow()
      }
})
