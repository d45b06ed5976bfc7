import { expect, it } from 'vitest'
import { cloudEvent, typeOf } from './cloud-event.ts'
import { eventSchemas, type StoredEvent } from './types.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const envelope = { id, position: 0, globalPosition: 42, at: new Date(0) }
const requested = {
  ...envelope,
  stream: `deployment-${id}`,
  type: 'DeploymentRequested',
  data: {
    operation: id,
    kind: 'create',
    actor: 'ada',
    via: 'api',
    assisted: false,
    namespace: 'team-a',
    name: 'chat',
    app: 'open-webui',
    team: 'a',
    environment: 'dev',
    clusters: ['amsterdam'],
    deadline: '2026-11-28T10:00:00.000Z',
    revision: {
      number: 1,
      version: '1.0.0',
      settings: 'sha256:settings',
      objects: 'sha256:objects',
      bindings: { llm: { url: 'https://user-typed.example' } },
      env: { GREETING: 'typed by a person' },
      replicas: 2,
      ingress: null,
      secretVersion: 1,
      images: ['example.org/app@sha256:1'],
      reason: 'typed too',
    },
  },
} satisfies StoredEvent

it('names no person in its attributes, and orders as text', () => {
  const { data, ...context } = cloudEvent(
    requested,
    { namespace: 'team-a', deployment: 'chat', team: 'a' },
    'urn:x',
  )
  expect(context).toEqual({
    specversion: '1.0',
    id,
    source: 'urn:x',
    type: 'nl.kade.DeploymentRequested.v1',
    subject: 'team-a/chat',
    time: '1970-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: '0000000000000042',
  })
  expect(data).toMatchObject({ actor: 'ada', namespace: 'team-a' })
})

it('leaves what people typed into a configuration inside', () => {
  const { data } = cloudEvent(requested, null, 'urn:x')
  expect(data.revision).toEqual({
    number: 1,
    version: '1.0.0',
    replicas: 2,
    images: ['example.org/app@sha256:1'],
  })
  expect(JSON.stringify(data)).not.toContain('typed')
})

it('says of a placement the class of the data and where it goes, not why, nor what the pods ask for', () => {
  const reason = { en: 'secret/other runs there', nl: 'secret/other draait daar' }
  const { revision } = requested.data
  const demand = [{ request: { cpu: 1, memory: 1, pods: 1, devices: {} }, count: 1 }]
  const { data } = cloudEvent(
    {
      ...requested,
      data: {
        ...requested.data,
        ...(revision && { revision: { ...revision, demand } }),
        placement: {
          dataClass: 'internal',
          wish: { regions: ['eu-nl'] },
          verdicts: [
            { cluster: 'amsterdam', chosen: true, code: 'usual', reason },
            { cluster: 'paris', chosen: false, code: 'beside', reason },
          ],
        },
      },
    },
    null,
    'urn:x',
  )
  expect(data.placement).toEqual({ dataClass: 'internal', clusters: ['amsterdam'] })
  expect(JSON.stringify(data)).not.toMatch(/secret\/other|paris|eu-nl|demand|memory/)
})

it('leaves data out that is too large for a broker, and says so', () => {
  const large: StoredEvent = {
    ...envelope,
    stream: 'cluster-x',
    type: 'ClusterUpdated',
    data: { cluster: 'x', state: 'ready', message: 'é'.repeat(200_000) },
  }
  expect(cloudEvent(large, { team: null }, 'urn:x')).toMatchObject({ data: {}, dataomitted: true })
})

it('has a type for every event', () => {
  for (const type of Object.keys(eventSchemas) as StoredEvent['type'][])
    expect(typeOf({ type })).toBe(`nl.kade.${type}.v1`)
})
