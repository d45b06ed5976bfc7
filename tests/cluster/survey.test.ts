import { expect, it } from 'vitest'
import { label } from '#platform/labels.ts'
import { engineGround } from '#tests/support/engine-ground.ts'
import { never, workOf } from '#tests/support/engine-work.ts'

const ground = engineGround(['harbour'])

it('counts the nodes of a real control plane as its observer, and each pod once it is scheduled', async () => {
  const before = await ground.engine.survey(never)
  // Three simulated nodes of 32 cores, and one of 64 with eight GPUs.
  expect(before).toMatchObject({
    nodes: 4,
    usable: 4,
    allocatable: { cpu: 160_000, devices: { 'nvidia.com/gpu': 8 } },
    seen: {},
    labels: { 'topology.kubernetes.io/region': 'eu-nl', 'kubernetes.io/arch': 'amd64' },
  })
  expect(before.labels).not.toHaveProperty('kubernetes.io/hostname')
  const work = workOf({ namespace: 'harbour', name: 'chat' }, 1)
  await ground.engine.apply(work, {}, never)
  const counted = async () => (await ground.engine.survey(never)).seen[work.deployment]
  await expect.poll(counted, { timeout: 60_000 }).toMatchObject({ pods: 1 })
  const after = await ground.engine.survey(never)
  const pods = await ground.cluster.admin.list('v1', 'Pod', { labelSelector: label.deployment })
  expect(pods.items).toHaveLength(1)
  expect(after.requested.pods).toBe(before.requested.pods + 1)
  expect(after.requested.cpu - before.requested.cpu).toBe(after.seen[work.deployment]?.cpu)
  expect(after.requested.cpu).toBeGreaterThan(before.requested.cpu)
})

it('counts no room on a node that was cordoned', async () => {
  const path = '/api/v1/nodes/amsterdam-gpu-1'
  const cordon = (unschedulable: boolean) =>
    ground.cluster.admin.request('PATCH', path, {
      contentType: 'application/merge-patch+json',
      body: { spec: { unschedulable } },
    })
  await cordon(true)
  const { nodes, usable, allocatable } = await ground.engine.survey(never)
  expect([nodes, usable, allocatable.devices['nvidia.com/gpu'] ?? 0]).toEqual([4, 3, 0])
  await cordon(false)
})

it('finds out that something makes nodes when pods wait for room', async () => {
  const elastic = async () => (await ground.engine.survey(never)).elastic
  expect(await elastic()).toBe(false)
  const metadata = { name: 'cluster-autoscaler-status', namespace: 'kube-system' }
  await ground.cluster.admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  await expect.poll(elastic).toBe(true)
})
