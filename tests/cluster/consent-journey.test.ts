import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { label } from '#platform/labels.ts'
import {
  adminOf,
  ask,
  deployed,
  ended,
  preparedNamespace,
  problemOf,
  succeeded,
} from '#tests/support/deployments.ts'
import { launchKade, type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'

let kade: RunningKade
let admin: KubeApi
const namespace = 'harbour'

beforeAll(async () => {
  kade = await startKade()
  admin = await adminOf(kade.home)
  await preparedNamespace(kade, namespace)
})
afterAll(async () => {
  await admin?.close()
  await kade?.stop()
  if (kade) await removeHome(kade.home)
})

/** A Service as `kubectl apply` without `--server-side` makes it, with a port and a field that no app asks for. */
async function kubectlService(name: string): Promise<void> {
  const metadata = { name, namespace }
  const spec = {
    selector: { app: 'old' },
    sessionAffinity: 'ClientIP',
    ports: [{ name: 'old', port: 8080 }],
  }
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
  await admin.request(
    'POST',
    `/api/v1/namespaces/${namespace}/services?fieldManager=kubectl-client-side-apply`,
    { body: { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, annotations }, spec } },
  )
}

const service = (name: string) => admin.get({ apiVersion: 'v1', kind: 'Service', namespace, name })

/** `kade` as somebody types it: what it printed, and its exit code. */
async function typed(...args: string[]): Promise<{ code: unknown; output: string }> {
  const { process: child, output } = launchKade(args, { KADE_HOME: kade.home, KADE_LANG: 'en' })
  const [code] = await once(child, 'close')
  return { code, output: output() }
}

it('from the terminal: the wait ends with code 5 and the command that goes on, which ends well', async () => {
  await kubectlService('vectors')
  const target = `${namespace}/vectors`
  const first = await typed('deploy', 'qdrant', '-n', namespace, '--name', 'vectors', '--wait')
  expect(first.code).toBe(5)
  expect(first.output).toContain('Service/vectors, kept by kubectl-client-side-apply,')
  const command = /kade (operations retry \S+ --consent \S+ --wait)/.exec(first.output)?.[1] ?? ''
  expect((await typed('status', target)).output).toContain(command)
  expect(await service('vectors')).toMatchObject({ spec: { sessionAffinity: 'ClientIP' } })
  const again = await typed(...command.split(' '))
  expect(again).toMatchObject({ code: 0, output: expect.stringContaining('succeeded') })
  const live = await service('vectors')
  expect(live?.spec).not.toMatchObject({ sessionAffinity: 'ClientIP' })
  expect(JSON.stringify(live?.spec)).not.toContain('8080')
})

it('over HTTP: asks, refuses what is no consent to it, and goes on as a new operation', async () => {
  await kubectlService('store')
  const wish = { app: 'qdrant', namespace, name: 'store' }
  const body = { ...wish, settings: {} }
  const { changes, hash } = await kade.client.previewDeployment({ body })
  expect(changes.filter(one => one.change === 'take-over')).toMatchObject([
    { kind: 'Service', name: 'store', manager: 'kubectl-client-side-apply' },
  ])
  // The consent goes on with exactly what was previewed.
  const asked = await ended(kade, await ask(kade, { ...wish, ...(hash && { preview: hash }) }))
  expect(hash).not.toBeNull()
  expect(asked).toMatchObject({
    state: 'needs-approval',
    cause: { code: 'foreign-object' },
    asks: { items: [{ kind: 'take-over', object: 'Service/store' }] },
  })
  const retry = (body?: { consent: string }) =>
    kade.client.retryOperation({ params: { operation: asked.id }, ...(body && { body }) })
  const { digest = '' } = asked.asks ?? {}
  expect(await problemOf(retry())).toMatchObject({
    code: 'conflict',
    next: expect.stringContaining(digest),
  })
  expect(await problemOf(retry({ consent: 'sha256:other' }))).toMatchObject({ code: 'stale' })
  const again = await succeeded(kade, await retry({ consent: digest }))
  expect(again.continues).toBe(asked.id)
  const { id } = await kade.client.readDeployment({ params: { namespace, name: 'store' } })
  expect((await service('store'))?.metadata.labels).toMatchObject({ [label.deployment]: id })
  // Nothing is asked of what is its own by now.
  const params = { namespace, name: 'store' }
  await succeeded(kade, await kade.client.restartDeployment({ params }))
})

it('keeps the question apart from deployments that ask nothing', async () => {
  const { operation } = await deployed(kade, { app: 'qdrant', namespace, name: 'quiet' })
  expect(operation).toMatchObject({ state: 'succeeded' })
  expect(operation).not.toHaveProperty('asks')
})
