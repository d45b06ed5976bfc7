import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shelfEnvironments } from '#catalog/environments.ts'
import { catalog } from '#catalog/index.ts'
import { loadOpaPolicyEngine } from '#platform/adapters/policy/opa-wasm.ts'
import type { PolicyEngine } from '#platform/adapters/policy/policy-engine.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import { composed } from '#tests/support/composed.ts'
import { files } from './files.ts'

let policies: PolicyEngine
beforeAll(async () => {
  policies = await loadOpaPolicyEngine({ deadline: 10_000 })
})
afterAll(() => policies.close())

const folders = new Set(files.flatMap(file => /^catalog\/([^/]+)\//.exec(file)?.[1] ?? []))

it('lists every folder of the catalogue', () => {
  expect(catalog.map(({ app }) => app.id).sort()).toEqual([...folders].sort())
})

describe.each(catalog.map(one => ({ id: one.app.id, ...one })))('$id', ({ id, app, passport }) => {
  it('has its module, test, passport, readme and icon', () => {
    for (const file of [`${id}.ts`, `${id}.test.ts`, 'passport.yaml', 'README.md', 'icon.svg'])
      expect(files).toContain(`catalog/${id}/${file}`)
    expect(passport.criteria.length).toBeGreaterThan(0)
  })

  it('is allowed by every policy with no setting given, with and without a host name', () => {
    const hosts = app.network.expose === null ? [null] : [null, { host: 'app.example.org' }]
    for (const ingress of hosts) {
      const target = { namespace: 'team-a', name: 'mine' }
      const render = {
        ...target,
        settings: settingsOf(app),
        replicas: 1,
        env: {},
        ingress,
        bindings: Object.fromEntries(
          app.needs.map(need => [need.name, { url: 'http://other.team-a.svc:8000/v1' }]),
        ),
        secretName: 'mine-secrets-1',
        givenSecrets: [],
      }
      const objects = composed({
        app,
        deployment: '3c0f2a54-91a5-4a4e-9a53-0b2f7a1d7c11',
        team: 'a',
        environment: shelfEnvironments.dev,
        standing: new Map(),
        monitor: 'PodMonitor',
        peers: [],
        render,
      })
      const findings = policies.evaluate(
        policyInput({
          request: { app: id, ...target, settings: {}, ingress },
          namespace: {
            name: 'team-a',
            exists: true,
            ready: true,
            team: 'a',
            environment: 'dev',
            bounds: { cpuMillis: 16_000, memoryBytes: 64 * 2 ** 30 },
          },
          actor: { id: 'anna', mayDeploy: true },
          app: {
            id,
            network: app.network,
            relaxations: app.relaxations,
            defaults: app.resources,
          },
          objects,
        }),
      )
      expect(findings.filter(one => one.severity === 'deny').map(one => one.message.en)).toEqual([])
    }
  })
})

type Module = (typeof catalog)[number]['app']

function settingsOf(app: Module): Record<string, unknown> {
  const parsed = app.parseSettings({})
  if (!parsed.ok)
    throw new Error(`${app.id}: {} is not valid: ${JSON.stringify(parsed.violations)}`)
  return parsed.settings
}
