import { expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { resolveBindings } from './bindings.ts'

const found = catalog.find(entry => entry.app.needs.length === 1)
if (!found) throw new Error('the shelf has no app with one need')
const { app } = found
const need = app.needs[0]?.name ?? ''
const key = `${need}.key`

/** Addresses ask for no deployment. */
const nobody = async () => null

function resolve(binding: { url: string; secret?: string }, before: unknown) {
  return resolveBindings(
    nobody,
    app,
    { [need]: binding },
    {
      bindings: { [need]: before },
      values: { [key]: 'canary' },
    },
    { clusters: ['amsterdam'], rendered: false },
  )
}

it('keeps a credential with the address it was given for', async () => {
  const same = await resolve({ url: 'https://llm.example/v2' }, { url: 'https://llm.example/v1' })
  expect(same.keys).toEqual({ [key]: 'canary' })
})

it.each([
  ['another host', 'https://other.example/v1', { url: 'https://llm.example/v1' }],
  ['another port', 'https://llm.example:8443/v1', { url: 'https://llm.example/v1' }],
  ['the same host without encryption', 'http://llm.example/v1', { url: 'https://llm.example/v1' }],
  ['an address instead of a deployment', 'https://other.example/v1', 'team-a/litellm'],
  ['an address where nothing was bound', 'https://other.example/v1', undefined],
])('never hands a credential to %s', async (_, url, before) => {
  const other = await resolve({ url }, before)
  expect(other.violations).toEqual([])
  expect(other.keys).toEqual({})
  expect(other.bound[need]).not.toHaveProperty('key')
})

it('takes the credential that comes with the address, and keeps it out of what a revision shows', async () => {
  const given = await resolve({ url: 'https://other.example/v1', secret: 'new-canary' }, undefined)
  expect(given.keys).toEqual({ [key]: 'new-canary' })
  expect(JSON.stringify([given.kept, given.bound, given.peers])).not.toContain('canary')
})

it.each([
  'https://user:password@llm.example',
  'https://llm.example/?api_key=canary',
  'https://llm.example/?k=sk-0123456789abcdefghij',
])('refuses the address %s, which shows a credential, without repeating it', async url => {
  const refused = await resolve({ url }, undefined)
  expect(refused.violations).toMatchObject([{ pointer: `/bindings/${need}` }])
  expect(JSON.stringify(refused.violations)).not.toMatch(/canary|password@|sk-0/)
})

it('leads to every port of what is offered, such as gRPC beside HTTP', async () => {
  const provider = catalog.find(entry => entry.app.provides.some(offer => offer.also))
  const [offer] = provider?.app.provides ?? []
  if (!provider || !offer) throw new Error('no app of the shelf offers more than one port')
  const consumer = { ...app, needs: [{ name: 'x', capability: offer.capability, optional: false }] }
  const secret = async () => undefined
  const clusters = ['amsterdam']
  const { peers, violations } = await resolveBindings(
    async () => ({ id: 'provider', app: provider.app, clusters, leaving: false, secret }),
    consumer,
    { x: 'team-b/store' },
    { bindings: {}, values: {} },
    { clusters, rendered: false },
  )
  expect(violations).toEqual([])
  const ports = [offer.port, ...(offer.also ?? [])].map(name => provider.app.network.ports[name])
  expect(ports).toHaveLength(2)
  expect(peers).toEqual(
    ports.map(port => ({ type: 'deployment', id: 'provider', namespace: 'team-b', port })),
  )
})
