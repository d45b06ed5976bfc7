import {
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  oneof,
  sample,
  string,
} from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contract } from '#api/contract.ts'
import type { Route } from '#api/route.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'

let kade: RunningKade
beforeAll(async () => {
  kade = await startKade()
  await kade.client.createNamespace({ body: { name: 'team-a' } })
})
afterAll(async () => {
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

const text = oneof(
  string({ unit: 'binary', maxLength: 30 }),
  constantFrom(
    "'; drop table x--",
    '../..',
    '{{x}}',
    '\u2028',
    '%',
    '\\',
    '1e9',
    'NaN',
    'null',
    '',
  ),
)
const value = oneof(
  text,
  integer(),
  double(),
  constant(null),
  dictionary(text, text, { maxKeys: 3 }),
)

async function statusOf(method: string, path: string, body?: unknown): Promise<number> {
  const response = await fetch(`${kade.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${kade.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  await response.arrayBuffer()
  return response.status
}

it('no query and no path makes Kade fail', async () => {
  const routes: Route[] = Object.values(contract)
  for (const route of routes.filter(({ method, stream }) => method === 'GET' && !stream)) {
    const names = Object.keys(route.query?.shape ?? {})
    for (const hostile of sample(text, 40)) {
      const path = route.path.replace(/\{\w+\}/g, () => encodeURIComponent(hostile) || 'x')
      const query = new URLSearchParams(names.map(name => [name, hostile]))
      expect(await statusOf('GET', `${path}?${query}`), `${path}?${query}`).toBeLessThan(500)
    }
  }
})

it('no body makes Kade fail, whatever stands in its fields', async () => {
  const base = { app: 'qdrant', namespace: 'team-a', name: 'hostile' }
  const fields = ['app', 'name', 'version', 'settings', 'bindings', 'secrets', 'env', 'replicas']
  const field = constantFrom(...fields, 'resources', 'ingress', 'cluster', 'reason')
  for (const patch of sample(dictionary(field, value, { maxKeys: 3 }), 500)) {
    const body = { ...base, ...patch }
    expect(
      await statusOf('POST', '/deployments/_preview', body),
      JSON.stringify(body),
    ).toBeLessThan(500)
  }
  const setting = constantFrom('storage', 'payloadOnDisk', 'maxRequestMB', 'logLevel')
  for (const settings of sample(dictionary(setting, value), 200)) {
    const body = { ...base, settings }
    expect(
      await statusOf('POST', '/deployments/_preview', body),
      JSON.stringify(body),
    ).toBeLessThan(500)
  }
})
