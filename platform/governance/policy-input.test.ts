import fc from 'fast-check'
import { expect, it } from 'vitest'
import { resourcesOf } from '#kit/resources.ts'
import { baseQuestion } from '#policies/fixtures.ts'
import { cpuMillis, memoryBytes, parseBounds, policyInput } from './policy-input.ts'

const base = await baseQuestion()

it.each([
  ['250m', 250],
  ['1', 1000],
  ['0.29', 290],
  ['0.0001', 1],
  ['2k', 2_000_000],
])('reads %s CPU as %i millicores', (quantity, millis) => {
  expect(cpuMillis(quantity)).toBe(millis)
})

it.each([
  ['512Mi', 536_870_912],
  ['1.5Gi', 1_610_612_736],
  ['512M', 512_000_000],
  ['512m', 1],
  ['1000', 1000],
])('reads %s memory as %i bytes', (quantity, bytes) => {
  expect(memoryBytes(quantity)).toBe(bytes)
})

it.each(['', '512MB', '-1', 'plenty', '1e3', '9999999999Ti', undefined])(
  'takes %s for no quantity',
  quantity => {
    expect(memoryBytes(quantity)).toBeNull()
    expect(cpuMillis(quantity)).toBeNull()
  },
)

it('takes bounds that are no quantities for unknown', () => {
  expect(parseBounds({ cpu: '4', memory: '8Gi' })).toEqual({
    cpuMillis: 4000,
    memoryBytes: 8 * 2 ** 30,
  })
  expect(parseBounds({ cpu: '4', memory: 'much' })).toBeNull()
})

it('judges what the kit renders, whichever resources were asked', () => {
  const own = {
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { cpu: '500m', memory: '512Mi' },
  } as const
  const cpu = fc.option(fc.constantFrom('50m', '1', '0.5'), { nil: undefined })
  const memory = fc.option(fc.constantFrom('128Mi', '1Gi'), { nil: undefined })
  const part = fc.record({ cpu, memory })
  fc.assert(
    fc.property(part, part, (requests, limits) => {
      const asked = JSON.parse(JSON.stringify({ requests, limits }))
      const rendered = resourcesOf(own, asked)
      const request = { ...base.request, resources: asked }
      const judged = policyInput({ ...base, request, app: { ...base.app, defaults: own } })
      for (const one of ['requests', 'limits'] as const)
        expect(judged.resources[one]).toEqual({
          cpuMillis: cpuMillis(rendered[one].cpu),
          memoryBytes: memoryBytes(rendered[one].memory),
        })
    }),
  )
})

it('makes numbers of quantities wherever requests and limits stand, and of nothing else', () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { resources: { requests: { storage: '5Gi' } } },
  }
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { limits: 'cpu: 1', memory: '1Gi' },
  }
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: {
      containers: [{ resources: { limits: { cpu: 1, memory: 'x', 'example.org/gpu': '1' } } }],
    },
  }
  expect(policyInput({ ...base, objects: [claim, config, job] }).objects).toEqual([
    claim,
    config,
    {
      ...job,
      spec: {
        containers: [
          { resources: { limits: { cpuMillis: 1000, memoryBytes: null, 'example.org/gpu': '1' } } },
        ],
      },
    },
  ])
})
