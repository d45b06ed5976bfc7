import { expect, test } from 'vitest'
import { CreateDeployment } from '#api/deployments.ts'
import { createBodyOf, emptyDraft, freeName, withFix } from './draft.ts'

const draft = { ...emptyDraft('qdrant'), namespace: 'lab', name: 'qdrant' }

test('leaves out everything that was left open, so that the defaults hold', () => {
  expect(createBodyOf(draft)).toEqual({
    app: 'qdrant',
    namespace: 'lab',
    name: 'qdrant',
    settings: {},
  })
})

test('makes a body that the contract accepts', () => {
  const full = {
    ...draft,
    settings: { logLevel: 'DEBUG', origin: undefined },
    bindings: { llm: 'lab/ollama', store: { url: 'https://example.org' } },
    env: { HTTP_PROXY: 'http://proxy' },
    replicas: 2,
    resources: { requests: { cpu: '250m', memory: '' }, limits: { cpu: '', memory: '1Gi' } },
    host: 'q.example.org',
    cluster: 'paris',
    reason: 'search',
  }
  const body = createBodyOf(full, { token: 'value', empty: '' })
  expect(CreateDeployment.parse(body)).toEqual(body)
  expect(body.settings).toStrictEqual({ logLevel: 'DEBUG' })
  expect(body.secrets).toEqual({ token: 'value' })
  expect(body.resources).toEqual({ requests: { cpu: '250m' }, limits: { memory: '1Gi' } })
})

test('asks what is done when its cluster is down, where that is not as usual', () => {
  const asked = (failover: Partial<typeof draft.failover>) =>
    createBodyOf({ ...draft, failover: { ...draft.failover, ...failover } }).failover
  expect(asked({ minutes: 9, leave: true })).toBeUndefined()
  expect(asked({ mode: 'graceful', minutes: 9, leave: true })).toEqual({
    ...{ mode: 'graceful', after: 540, data: 'leave' },
  })
  expect(asked({ mode: 'never', leave: true })).toEqual({ mode: 'never', after: 300 })
})

test('takes a fix over into what is being filled in, and touches nothing else', () => {
  const typed = { ...draft, reason: 'for the search page' }
  const fixed = withFix(typed, [
    { op: 'add', path: '/resources', value: { limits: { memory: '1Gi' } } },
  ])
  expect(fixed.resources.limits).toEqual({ cpu: '', memory: '1Gi' })
  expect({ ...fixed, resources: draft.resources, replicas: undefined }).toEqual({
    ...typed,
    replicas: undefined,
  })
})

test('says so when a fix does not fit', () => {
  expect(() => withFix(draft, [{ op: 'replace', path: '/env/A', value: 'x' }])).toThrow()
})

test('proposes a name that is free', () => {
  expect(freeName('qdrant', new Set(['qdrant', 'qdrant-2']))).toBe('qdrant-3')
})
