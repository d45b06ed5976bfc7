import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { renderInput } from '#catalog/module-tests.ts'
import { settingsOf } from '#catalog/settings-arbitrary.ts'
import type { App } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, fields } from '#kit/lint/read.ts'
import {
  controlPlaneBinaries,
  startTestCluster,
  type TestCluster,
} from '#tests/support/control-plane.ts'
import { kubernetesFiles } from '#tools/generate/kubernetes.ts'

const run = promisify(execFile)
const namespace = 'team-a'
let kubectlPath: string
let cluster: TestCluster

beforeAll(async () => {
  kubectlPath = path.join(await controlPlaneBinaries(), 'kubectl')
  cluster = await startTestCluster('shelf')
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await kubectl(
    ['apply', '-f', '-'],
    [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }],
  )
})

afterAll(() => cluster?.stop())

async function kubectl(args: string[], objects: readonly KubernetesObject[]): Promise<string> {
  const child = run(kubectlPath, ['--kubeconfig', cluster.kubeconfigPath, ...args], {
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  child.child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  return (await child).stdout
}

/** Pod Security judges pods, not what makes them: the pod that a workload would make, by itself. */
function podOf(workload: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: workload.metadata.name, namespace },
    spec: fields(at(workload, 'spec', 'template', 'spec')),
  }
}

/**
 * The app with no answer given, once with nothing bound, which an app may bring what it lacks for, and with several random sets
 * of answers its schema allows.
 */
function renders(app: App): readonly KubernetesObject[] {
  const random = fc.sample(settingsOf(app), { numRuns: 8, seed: 20261121 })
  const ingress = app.network.expose === null ? null : { host: `${app.id}.example.org` }
  const alone = renderInput(app, { name: `${app.id}-alone`, bindings: {}, namespace })
  return [
    ...app.render(alone),
    ...[{}, ...random].flatMap((settings, index) =>
      app.render(renderInput(app, { name: `${app.id}-${index}`, settings, ingress, namespace })),
    ),
  ]
}

let kubernetes: string
beforeAll(async () => {
  kubernetes = JSON.parse(await kubectl(['get', '--raw', '/version'], [])).gitVersion
})

test.each(catalog.map(({ app, passport }) => ({ id: app.id, app, tested: passport.tested })))(
  'a real API server takes $id, and its pods, in a restricted namespace',
  async ({ app, tested }) => {
    const objects = renders(app)
    const accounts = objects.filter(each => each.kind === 'ServiceAccount')
    await kubectl(['apply', '-f', '-'], accounts)
    const pods = objects.filter(each => ['Deployment', 'Job'].includes(each.kind)).map(podOf)
    const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-']
    const answer = await kubectl([...dryRun, '-o', 'name'], [...objects, ...pods])
    expect(answer.trim().split('\n')).toHaveLength(objects.length + pods.length)
    // What a passport says of this is what happened here, and on this Kubernetes.
    expect(tested).toMatchObject({ version: app.version })
    // What ran was admitted first.
    expect(['admitted', 'ran']).toContain(tested?.level)
    expect(`v${tested?.kubernetes}`).toBe(kubernetes)
  },
)

test('the API server refuses what the kit does not let a module write', async () => {
  const [app] = catalog.map(each => each.app)
  const objects = app?.render(renderInput(app, { namespace })) ?? []
  await kubectl(
    ['apply', '-f', '-'],
    objects.filter(each => each.kind === 'ServiceAccount'),
  )
  const pods = objects.filter(each => each.kind === 'Deployment').map(podOf)
  const asRoot = JSON.parse(
    JSON.stringify(pods).replace('"runAsNonRoot":true', '"runAsNonRoot":false'),
  )
  const dryRun = ['apply', '--server-side', '--dry-run=server', '-f', '-']
  await expect(kubectl(dryRun, pods)).resolves.toContain('serverside-applied')
  await expect(kubectl(dryRun, asRoot)).rejects.toThrow(/violates PodSecurity "restricted/)
})

test('the generated types and schemas are what this API server would make of them', () => {
  const files = kubernetesFiles(cluster.kubeconfigPath, kubectlPath)
  const folder = new URL('../../kit/kubernetes/generated/', import.meta.url)
  const kept = readdirSync(folder).map(file => [file, readFileSync(new URL(file, folder), 'utf8')])
  expect(Object.fromEntries(files)).toEqual(Object.fromEntries(kept))
})
