import { describe, expect, it } from 'vitest'
import { amountsOf, minus, nothing, podRequest, wholeTimes } from './amounts.ts'

const container = (cpu: string, memory: string, more: object = {}) => ({
  resources: { requests: { cpu, memory } },
  ...more,
})

describe('amounts', () => {
  it('are whole numbers, rounded the way that promises no more than there is', () => {
    const node = { cpu: '3920m', memory: '16Gi', pods: '110', 'ephemeral-storage': '1Ti' }
    expect(amountsOf({ ...node, 'nvidia.com/gpu': '8' }, Math.floor)).toEqual({
      cpu: 3920,
      memory: 16 * 2 ** 30,
      pods: 110,
      devices: { 'nvidia.com/gpu': 8 },
    })
    expect(amountsOf({ cpu: '1500u', memory: '1.5' }, Math.ceil)).toMatchObject({
      cpu: 2,
      memory: 2,
    })
    expect(amountsOf({ cpu: '0.3' }, Math.ceil).cpu).toBe(300)
  })

  it('read quantities as clusters write them, and nothing where there is none', () => {
    expect(amountsOf({ cpu: '2', memory: '129e6' }, Math.floor).memory).toBe(129_000_000)
    expect(amountsOf({ memory: '2Pi' }, Math.floor).memory).toBe(2 * 2 ** 50)
    expect(amountsOf(undefined, Math.floor)).toEqual(nothing)
    expect(amountsOf({ cpu: 'many' }, Math.floor)).toEqual(nothing)
  })

  it('are no devices where they are room for files or pages', () => {
    const node = { 'hugepages-2Mi': '0', 'attachable-volumes-csi': '9', 'kubernetes.io/x': '1' }
    expect(amountsOf(node, Math.floor).devices).toEqual({})
  })

  it('go into room whole: half a device is none, and what is missing is not there', () => {
    const room = { cpu: 4000, memory: 100, pods: 10, devices: { 'nvidia.com/gpu': 1 } }
    const one = { cpu: 1500, memory: 10, pods: 1, devices: {} }
    expect(wholeTimes(room, one)).toBe(2)
    expect(wholeTimes(room, { ...one, devices: { 'nvidia.com/gpu': 2 } })).toBe(0)
    expect(wholeTimes(room, { ...one, devices: { 'amd.com/gpu': 1 } })).toBe(0)
    expect(minus(one, room)).toEqual({
      cpu: 0,
      memory: 0,
      pods: 0,
      devices: { 'nvidia.com/gpu': 0 },
    })
  })
})

describe('the request of a pod', () => {
  it('is the sum of its containers, with the limit where no request is given', () => {
    const gpu = { resources: { limits: { cpu: '1', memory: '1Ki', 'nvidia.com/gpu': '2' } } }
    expect(podRequest({ containers: [container('500m', '1Ki'), gpu] })).toEqual({
      cpu: 1500,
      memory: 2048,
      pods: 1,
      devices: { 'nvidia.com/gpu': 2 },
    })
  })

  it('is what starting takes, if that is more; sidecars run beside it all', () => {
    const sidecar = container('200m', '10', { restartPolicy: 'Always' })
    const spec = {
      initContainers: [container('900m', '1'), sidecar, container('1', '1')],
      containers: [container('500m', '100')],
    }
    expect(podRequest(spec)).toMatchObject({ cpu: 1200, memory: 110 })
  })

  it('is what is said for the pod as a whole, and its overhead', () => {
    const spec = {
      containers: [container('500m', '100')],
      resources: { requests: { cpu: '2' } },
      overhead: { cpu: '250m', memory: '20' },
    }
    expect(podRequest(spec)).toMatchObject({ cpu: 2250, memory: 120, pods: 1 })
  })
})
