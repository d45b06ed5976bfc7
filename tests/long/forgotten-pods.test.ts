import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import {
  type EmbeddedCluster,
  startEmbeddedCluster,
} from '#platform/adapters/kubernetes/embedded/embedded-cluster.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { controlPlaneBinaries } from '#tests/support/control-plane.ts'
import { until } from '#tests/support/deployments.ts'

const namespace = 'default'
const replicas = 8
let home: string
let cluster: EmbeddedCluster

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kade-forgotten-'))
  cluster = await start()
})

afterAll(async () => {
  await cluster?.stop()
  await rm(home, { recursive: true, force: true })
})

async function start(): Promise<EmbeddedCluster> {
  return startEmbeddedCluster({ name: 'amsterdam', home, binaries: await controlPlaneBinaries() })
}

async function killComponents(is: (name: string) => boolean): Promise<void> {
  for (const { pid, name } of await componentProcesses(path.dirname(cluster.kubeconfigPath)))
    if (is(name)) process.kill(pid, 'SIGKILL')
}

async function withAdmin(act: (admin: KubeApi) => Promise<void>): Promise<void> {
  const connection = { kubeconfig: cluster.kubeconfigPath }
  const admin = await createKubeApi({ cluster: 'amsterdam', connection })
  await act(admin).finally(() => admin.close())
}

/** `kubectl get pods`, in the words that count here. */
async function podsOf(admin: KubeApi, name: string) {
  const { items } = await admin.list('v1', 'Pod', { namespace, labelSelector: `app=${name}` })
  return items.map(({ spec, status }) => JSON.stringify({ spec, status }))
}

it.each(Array.from({ length: 10 }, (_, index) => `round-${index + 1}`))(
  'pods that nobody had played when everything was killed are played after the next start (%s)',
  async name => {
    await killComponents(component => component === 'kwok-controller')
    await withAdmin(async admin => {
      const labels = { app: name }
      const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } }
      const spec = { replicas, selector: { matchLabels: labels }, template }
      await admin.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec,
      })
      await until(async () => {
        const pods = await podsOf(admin, name)
        expect(pods.filter(pod => pod.includes('"nodeName"'))).toHaveLength(replicas)
      })
    })
    await killComponents(() => true)
    cluster = await start()
    await withAdmin(async admin => {
      await until(async () => {
        const pods = await podsOf(admin, name)
        expect(pods.filter(pod => pod.includes('"phase":"Running"'))).toHaveLength(replicas)
      }, 5_000)
    })
  },
)
