import { expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import { counting } from './survey.ts'

const begun = new Date('2026-11-28T10:00:00Z')
const ready = [{ type: 'Ready', status: 'True' }]

function live(kind: string, name: string, rest: object, labels = {}): LiveObject {
  const metadata = { name, uid: name, resourceVersion: '1', creationTimestamp: '', labels }
  return { apiVersion: 'v1', kind, metadata, ...rest }
}

function node(name: string, rest: { spec?: object; conditions?: object[]; cpu?: string } = {}) {
  const { cpu = '4', conditions = ready, spec = {} } = rest
  const labels = { 'topology.kubernetes.io/region': 'eu-nl', 'kubernetes.io/hostname': name }
  const allocatable = { cpu, memory: '8Gi', pods: '10', 'nvidia.com/gpu': '1' }
  return live('Node', name, { spec, status: { allocatable, conditions } }, labels)
}

function pod(nodeName: string | undefined, deployment?: string) {
  const containers = [{ resources: { requests: { cpu: '1', memory: '1Gi' } } }]
  const labels = deployment ? { [label.deployment]: deployment } : {}
  return live('Pod', 'p', { spec: { nodeName, containers } }, labels)
}

function surveyOf(nodes: LiveObject[], pods: LiveObject[] = []) {
  const count = counting(begun)
  for (const one of nodes) count.node(one)
  for (const one of pods) count.pod(one)
  return count.survey(false)
}

it('counts what ready nodes have, and what the pods on them asked for', () => {
  const pods = [pod('a'), pod('a', 'd1'), pod('b', 'd1'), pod(undefined, 'd2')]
  const survey = surveyOf([node('a'), node('b')], pods)
  expect(survey).toMatchObject({
    at: begun,
    nodes: 2,
    usable: 2,
    allocatable: { cpu: 8000, pods: 20, devices: { 'nvidia.com/gpu': 2 } },
    requested: { cpu: 3000, memory: 3 * 2 ** 30, pods: 3 },
  })
  expect(survey.rooms.map(room => room.cpu)).toEqual([2000, 3000])
  expect(Object.keys(survey.seen)).toEqual(['d1'])
  expect(survey.seen.d1).toMatchObject({ cpu: 2000, pods: 2 })
})

it('counts no room on nodes that are cordoned or not ready, nor the pods that are still there', () => {
  const away = node('b', { conditions: [{ type: 'Ready', status: 'Unknown' }] })
  const nodes = [node('a', { spec: { unschedulable: true } }), away, node('c')]
  const survey = surveyOf(nodes, [pod('a'), pod('b')])
  expect(survey).toMatchObject({ nodes: 3, usable: 1, requested: { pods: 0 } })
  expect(survey.rooms).toHaveLength(1)
})

it('says which taints stand on a room, and what all nodes say alike', () => {
  const taints = [
    { key: 'nvidia.com/gpu', effect: 'NoSchedule', value: 'present' },
    { key: 'slow', effect: 'PreferNoSchedule' },
  ]
  const survey = surveyOf([node('a', { spec: { taints } }), node('b')])
  expect(survey.rooms.map(room => room.taints)).toEqual([taints.slice(0, 1), undefined])
  expect(survey.labels).toEqual({ 'topology.kubernetes.io/region': 'eu-nl' })
})

it('keeps the roomiest nodes of a large cluster, by each of what they have', () => {
  const nodes = Array.from({ length: 500 }, (_, n) => node(`n${n}`, { cpu: String(n + 1) }))
  const { rooms } = surveyOf(nodes)
  expect(rooms.length).toBeLessThanOrEqual(192)
  expect(Math.max(...rooms.map(room => room.cpu))).toBe(500_000)
})
