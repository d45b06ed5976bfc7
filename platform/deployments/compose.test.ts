import { describe, expect, it } from 'vitest'
import { ollama } from '#catalog/ollama/ollama.ts'
import { openWebUI } from '#catalog/open-webui/open-webui.ts'
import { speaches } from '#catalog/speaches/speaches.ts'
import type { RenderInput } from '#kit/app.ts'
import { type EnvironmentDefinition, environment } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { renderInput } from '#kit/render-input.ts'
import { composed } from '#tests/support/composed.ts'
import { type ComposeInput, imagesOf } from './compose.ts'
import { digestOf } from './digest.ts'

const provider = '11111111-1111-4111-8111-111111111111'
const deployment = '22222222-2222-4222-8222-222222222222'

function compose(
  host: string | null,
  restartedAt?: string,
  more: Partial<Parameters<typeof composed>[0]> = {},
): readonly KubernetesObject[] {
  const parsed = openWebUI.parseSettings({})
  if (!parsed.ok) throw new Error('{} must be valid')
  return composed({
    app: openWebUI,
    deployment,
    team: 'a',
    environment: { name: 'dev' },
    standing: new Map(),
    peers: [{ type: 'deployment', id: provider, namespace: 'models', port: 11434 }],
    ...(restartedAt ? { restartedAt } : {}),
    render: {
      namespace: 'team-a',
      name: 'chat',
      settings: parsed.settings,
      replicas: 1,
      env: {},
      ingress: host === null ? null : { host },
      bindings: { llm: { url: 'http://ollama.models.svc:11434/v1' } },
      secretName: 'chat-secrets-1',
      givenSecrets: [],
    },
    ...more,
  })
}

const inEnvironment = (
  definition: EnvironmentDefinition,
  more: Partial<Parameters<typeof composed>[0]> = {},
) => compose(null, undefined, { environment: environment('prod', definition, []), ...more })

const find = (kind: string, objects = compose(null)) => {
  const found = objects.find(object => object.kind === kind)
  if (!found) throw new Error(`no ${kind}`)
  return found
}

describe('the objects of a revision', () => {
  it('all name their namespace and their owner', () => {
    for (const object of compose('chat.example.org')) {
      expect(object.metadata.namespace).toBe('team-a')
      expect(object.metadata.labels).toMatchObject({
        'kade.dev/deployment': deployment,
        'app.kubernetes.io/managed-by': 'kade',
      })
    }
  })

  it('hold a Secret without values', () => {
    expect(find('Secret')).not.toHaveProperty('data')
    expect(find('Secret')).not.toHaveProperty('stringData')
  })

  it('are the same bytes for the same input', () => {
    expect(digestOf(compose('a.example.org'))).toBe(digestOf(compose('a.example.org')))
    expect(digestOf(compose('a.example.org'))).not.toBe(digestOf(compose('b.example.org')))
  })

  it('mark the pods of a restart, and only the pods', () => {
    const before = compose(null)
    const after = compose(null, '2026-11-21T12:00:00.000Z')
    const changed = after.filter((object, n) => digestOf(object) !== digestOf(before[n]))
    expect(changed.map(object => object.kind)).toEqual(['Deployment'])
  })

  it('let the app call its provider and nobody else inside', () => {
    expect(find('NetworkPolicy').spec).toMatchObject({
      egress: expect.arrayContaining([
        {
          ports: [{ protocol: 'TCP', port: 11434 }],
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'models' } },
              podSelector: { matchLabels: { 'kade.dev/deployment': provider } },
            },
          ],
        },
      ]),
    })
    expect(JSON.stringify(find('Deployment'))).toContain(`"uses.kade.dev/${provider}":"true"`)
  })

  it('are reachable from outside only with an address', () => {
    const open = (objects: readonly KubernetesObject[]) =>
      JSON.stringify(find('NetworkPolicy', objects).spec)
    expect(open(compose(null))).not.toContain('kade.dev/ingress')
    expect(open(compose('chat.example.org'))).toContain('kade.dev/ingress')
  })

  it('open the internet only where the settings have a use for it', () => {
    const policy = (settings: Record<string, unknown>) => {
      const render = renderInput(speaches, { settings })
      const environment = { name: 'dev' } as const
      const target = { deployment, team: 'a', environment, standing: new Map(), peers: [] }
      return JSON.stringify(find('NetworkPolicy', composed({ app: speaches, render, ...target })))
    }
    expect(policy({})).toContain('"cidr":"0.0.0.0/0"')
    expect(policy({ offline: true })).not.toContain('cidr')
  })

  it('never open the private ranges by a rule for the internet', () => {
    const objects = composed({
      app: ollama,
      deployment,
      team: 'a',
      environment: { name: 'dev' },
      standing: new Map(),
      peers: [{ type: 'address', port: 443 }],
      render: {
        namespace: 'team-a',
        name: 'm',
        settings: {},
        replicas: 1,
        env: {},
        ingress: null,
        bindings: {},
        secretName: 's',
        givenSecrets: [],
      },
    })
    const text = JSON.stringify(find('NetworkPolicy', objects).spec)
    expect(text).toContain('"cidr":"0.0.0.0/0"')
    for (const range of ['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16', '172.16.0.0/12'])
      expect(text).toContain(range)
  })

  it('restart the pods of the app, and prepare nothing once more', () => {
    const job = (name: string, annotations?: Record<string, string>) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, ...(annotations && { annotations }) },
      spec: { template: { metadata: {} } },
    })
    const app = { ...ollama, render: () => [job('once', { 'kade.dev/phase': 'pre' }), job('app')] }
    const render = { ...renderInput(ollama), namespace: 'team-a', name: 'm' }
    const at = '2026-11-21T12:00:00.000Z'
    const environment = { name: 'dev' } as const
    const owner = { deployment, team: 'a', environment, standing: new Map() }
    const given = { ...owner, app, peers: [], render }
    const marked = composed({ ...given, restartedAt: at }).filter(object =>
      JSON.stringify(object).includes(at),
    )
    expect(marked.map(object => object.metadata.name)).toEqual(['app'])
  })

  it('never take a label of the platform from a module', () => {
    const forged = {
      ...ollama,
      render: () => [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'x' },
          spec: {
            jobTemplate: {
              spec: {
                template: { metadata: { labels: { [`uses.kade.dev/${provider}`]: 'true' } } },
              },
            },
          },
        },
      ],
    }
    const input = {
      namespace: 'team-a',
      name: 'm',
      settings: {},
      replicas: 1,
      env: {},
      ingress: null,
      bindings: {},
      secretName: 's',
      givenSecrets: [],
    }
    expect(() =>
      composed({
        app: forged,
        deployment,
        team: 'a',
        environment: { name: 'dev' },
        standing: new Map(),
        peers: [],
        render: input,
      }),
    ).toThrow(/uses\.kade\.dev/)
  })

  it('name each image once', () => {
    expect(imagesOf(compose(null))).toEqual([...openWebUI.images])
  })
})

describe('an environment', () => {
  const labels = { owner: '{team}', 'cost-centre': 'ai-7', namespace: '{namespace}' }

  it('labels every object and every pod, for who pays and who reads logs', () => {
    const meant = { owner: 'a', 'cost-centre': 'ai-7', namespace: 'team-a' }
    for (const object of inEnvironment({ labels }))
      expect(object.metadata.labels).toMatchObject({ ...meant, 'kade.dev/environment': 'prod' })
    expect(find('Deployment', inEnvironment({ labels })).spec).toMatchObject({
      template: { metadata: { labels: { ...meant, 'kade.dev/environment': 'prod' } } },
    })
  })

  it('never changes a selector, nor the label of a module that one hangs on', () => {
    const app = {
      ...openWebUI,
      render: (input: RenderInput) =>
        JSON.parse(
          JSON.stringify(openWebUI.render(input)).replaceAll('app.kubernetes.io/instance', 'owner'),
        ),
    }
    const selectors = (objects: readonly KubernetesObject[]) =>
      objects.map(object => (object.spec as { selector?: unknown } | undefined)?.selector)
    const [before, after] = [inEnvironment({}, { app }), inEnvironment({ labels }, { app })]
    expect(selectors(after)).toEqual(selectors(before))
    expect(find('Deployment', after).spec).toMatchObject({
      selector: { matchLabels: { owner: 'chat' } },
      template: { metadata: { labels: { owner: 'chat', 'cost-centre': 'ai-7' } } },
    })
  })

  it('adds tolerations to those of the module', () => {
    const toleration = { key: 'dedicated', value: 'ai', effect: 'NoSchedule' } as const
    const objects = inEnvironment({ tolerations: [toleration] })
    const { template } = find('Deployment', objects).spec as { template: { spec: object } }
    expect(template.spec).toMatchObject({ tolerations: [toleration] })
  })

  it('opens the network for those it names, on the ports that are declared', () => {
    const { ingress, egress } = find(
      'NetworkPolicy',
      inEnvironment({
        network: {
          ingress: [{ namespace: 'probes' }],
          egress: [
            { cidr: '10.20.0.0/16', ports: [5432] },
            { namespace: 'proxy', ports: [3128] },
          ],
        },
      }),
    ).spec as { ingress: unknown[]; egress: unknown[] }
    const named = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    })
    expect(ingress).toEqual([{ ports: [{ protocol: 'TCP', port: 8080 }], from: [named('probes')] }])
    expect(egress).toEqual(
      expect.arrayContaining([
        { ports: [{ protocol: 'TCP', port: 5432 }], to: [{ ipBlock: { cidr: '10.20.0.0/16' } }] },
        { ports: [{ protocol: 'TCP', port: 3128 }], to: [named('proxy')] },
      ]),
    )
  })

  it('chooses the storage class of a new claim, and never that of one that stands', () => {
    const classOf = (standing: ComposeInput['standing']) =>
      find('PersistentVolumeClaim', inEnvironment({ storageClass: 'fast' }, { standing })).spec
    expect(classOf(new Map())).toMatchObject({ storageClassName: 'fast' })
    expect(classOf(new Map([['chat-data', 'slow']]))).toMatchObject({ storageClassName: 'slow' })
    expect(classOf(new Map([['chat-data', undefined]]))).not.toHaveProperty('storageClassName')
  })

  it('does the same for the claims that a StatefulSet makes', () => {
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'team-a' },
      spec: {
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
        template: {},
      },
    }
    const app = { ...openWebUI, render: () => [set] }
    const templates = (standing: ComposeInput['standing']) =>
      find('StatefulSet', inEnvironment({ storageClass: 'fast' }, { app, standing })).spec
    expect(templates(new Map())).toMatchObject({
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'fast' } }],
    })
    expect(templates(new Map([['db/data', undefined]]))).toMatchObject({
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
    })
    expect(JSON.stringify(templates(new Map([['db/data', undefined]])))).not.toContain('fast')
  })

  it('has figures collected by an object of the kind that the cluster has, and lets that in', () => {
    const monitoring = { namespace: 'monitoring', labels: { release: 'prometheus' } }
    const app = { ...openWebUI, metrics: { port: 'http', path: '/metrics' } }
    const figures = { app }
    const pods = inEnvironment({ monitoring }, { ...figures, monitor: 'PodMonitor' })
    expect(find('PodMonitor', pods)).toMatchObject({
      metadata: { name: 'chat', labels: { release: 'prometheus', 'kade.dev/team': 'a' } },
      spec: {
        selector: { matchLabels: { 'kade.dev/deployment': deployment } },
        podMetricsEndpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
      },
    })
    const opening = {
      ports: [{ protocol: 'TCP', port: 8080 }],
      from: [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
      ],
    }
    const openings = (objects: readonly KubernetesObject[]) =>
      (find('NetworkPolicy', objects).spec as { ingress: unknown[] }).ingress
    expect(openings(pods)).toContainEqual(opening)
    expect(
      find(
        'ServiceMonitor',
        inEnvironment({ monitoring }, { ...figures, monitor: 'ServiceMonitor' }),
      ).spec,
    ).toMatchObject({ endpoints: [{ port: 'http', path: '/metrics' }] })

    for (const without of [
      inEnvironment({ monitoring }, figures),
      inEnvironment({}, { ...figures, monitor: 'PodMonitor' }),
      inEnvironment({ monitoring }, { monitor: 'PodMonitor' }),
    ]) {
      expect(without.map(object => object.kind)).not.toContain('PodMonitor')
      expect(JSON.stringify(openings(without))).not.toContain('monitoring')
    }
  })
})
