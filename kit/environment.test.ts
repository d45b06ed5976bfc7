import { expect, test } from 'vitest'
import { litellm } from '#catalog/litellm/litellm.ts'
import { ollama } from '#catalog/ollama/ollama.ts'
import { type EnvironmentDefinition, EnvironmentError, environment } from './environment.ts'

const apps = [ollama, litellm]
/** As a file may say it: nothing has checked its types. */
const fault = (definition: unknown): string[] => {
  try {
    environment('prod', definition as EnvironmentDefinition, apps)
    return []
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    return error.findings.map(each => `${each.pointer}: ${each.detail}`)
  }
}

test('holds what an app is given against the schema of that app, and says where', () => {
  const apps = {
    ollama: { settings: { contextLength: 'long', colour: 'red' }, replicas: 3 },
    olama: {},
  }
  expect(fault({ apps })).toEqual([
    '/apps/ollama/settings/contextLength: must be a number',
    '/apps/ollama/settings/colour: this app has no such setting',
    '/apps/ollama/replicas: Ollama has at most 1',
    '/apps/olama: the catalogue has no such app',
  ])
})

test('takes no field it does not know, no label of Kade or Kubernetes, and no secret in env', () => {
  expect(fault({ storageclass: 'fast' })).toEqual([
    '/storageclass: an environment has no such field',
  ])
  for (const key of ['kade.dev/team', 'uses.kade.dev/x', 'app.kubernetes.io/name'])
    expect(fault({ labels: { [key]: 'a' } })[0]).toContain('no label of Kade or Kubernetes')
  expect(fault({ labels: { owner: '{who}' } })[0]).toContain('{team}')
  expect(fault({ labels: { owner: 'a b' } })).toHaveLength(1)
  const env = { API_TOKEN: 'x', HTTPS_PROXY: 'http://me:word@proxy:3128' }
  expect(fault({ defaults: { env } })).toEqual([
    expect.stringContaining('/defaults/env/API_TOKEN: looks like a secret'),
    expect.stringContaining('/defaults/env/HTTPS_PROXY: looks like a secret'),
  ])
  expect(fault({ defaults: { replicas: 0, resources: { limits: { cpu: 'much' } } } })).toHaveLength(
    2,
  )
})

test('takes everything it knows', () => {
  const definition: EnvironmentDefinition = {
    defaults: { replicas: 2, env: { TZ: 'Europe/Amsterdam' } },
    apps: { ollama: { settings: { contextLength: 8192 } } },
    labels: { owner: '{team}', 'example.org/cost-centre': 'ai-7' },
    tolerations: [{ key: 'dedicated', value: 'ai', effect: 'NoSchedule' }],
    storageClass: 'fast-ssd',
    network: {
      ingress: [{ namespace: 'probes' }],
      egress: [{ cidr: '10.20.0.0/16', ports: [5432] }],
    },
    monitoring: { namespace: 'monitoring' },
  }
  expect(environment('prod', definition, apps)).toEqual({
    name: 'prod',
    ...definition,
    monitoring: { namespace: 'monitoring', interval: '30s' },
  })
})
