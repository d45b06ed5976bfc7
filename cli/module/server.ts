import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { pointer } from '#kit/lint/read.ts'
import { workloads } from '#kit/lint/workloads.ts'
import { cachedBinaries } from '#tools/control-plane/cache.js'
import { kadeHome } from '../home.ts'
import { environmentInput } from './environments.ts'
import { findingsOf } from './load.ts'
import { type CheckFinding, looked, type RungResult, skipped } from './report.ts'

/** Where to look for an API server: the kubeconfig that was given, else the clusters of the `kade up` of this environment. */
export type ServerPlace = { readonly kubeconfig: string | null; readonly env: NodeJS.ProcessEnv }
type Kubectl = (args: readonly string[], input?: unknown) => Promise<string>

async function kubectlOf({ env }: ServerPlace): Promise<string | undefined> {
  const folders = [...(env.PATH ?? '').split(':'), (await cachedBinaries(env)) ?? '']
  return folders.map(each => join(each, 'kubectl')).find(each => existsSync(each))
}

async function kubeconfigOf({ kubeconfig, env }: ServerPlace): Promise<string | undefined> {
  if (kubeconfig !== null) return kubeconfig
  const clusters = join(kadeHome(env), 'clusters')
  const names = await readdir(clusters).catch(() => [])
  return names.map(each => join(clusters, each, 'kubeconfig.yaml')).find(each => existsSync(each))
}

function kubectl(program: string, kubeconfig: string): Kubectl {
  return (args, input) =>
    new Promise((done, fail) => {
      const all = ['--kubeconfig', kubeconfig, '--request-timeout', '20s', ...args]
      const settings = { timeout: 60_000, maxBuffer: 2 ** 26 }
      const child = execFile(program, all, settings, (error, stdout, stderr) =>
        error ? fail(new Error(stderr.trim() || error.message)) : done(stdout),
      )
      // A kubectl that ends before it has read everything has said why on standard error.
      child.stdin?.on('error', () => {})
      child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
    })
}

/** Pod Security judges pods, not what makes them: the pod that each workload would make, by itself. */
function pods(objects: readonly KubernetesObject[], namespace: string): KubernetesObject[] {
  return workloads(objects).map(({ object, template }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: object.metadata.name, namespace },
    spec: template.spec,
  }))
}

/** `spec.containers[0].image: Required value` as a JSON Pointer below the object. */
function pointerIn(message: string): string {
  const [path = ''] = /\b(?:spec|metadata)(?:\.[\w-]+|\[[\w.-]+\])+/.exec(message) ?? []
  return pointer(...path.split(/[.[\]]+/).filter(part => part !== ''))
}

async function dryRun(
  run: Kubectl,
  object: KubernetesObject,
  where: string,
): Promise<CheckFinding[]> {
  const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-']
  try {
    await run([...args, '-o', 'name'], object)
    return []
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return [{ rule: 'server', pointer: `${where}${pointerIn(detail)}`, detail, seenIn: ['prod'] }]
  }
}

async function inNamespace(run: Kubectl, app: App, namespace: string): Promise<CheckFinding[]> {
  const input = { ...environmentInput(app, 'prod'), namespace }
  const objects = app.render(input)
  // A pod is admitted only where its account is.
  for (const account of objects.filter(each => each.kind === 'ServiceAccount'))
    await run(['apply', '--server-side', '-f', '-'], account)
  const found: CheckFinding[] = []
  for (const [index, object] of objects.entries())
    found.push(...(await dryRun(run, object, pointer(index))))
  for (const pod of pods(objects, namespace))
    found.push(...(await dryRun(run, pod, `/pod of ${pod.metadata.name}`)))
  return found
}

/**
 * Rung 4: a real API server takes every object and every pod, in a restricted namespace of this check's own, which is deleted
 * afterwards. Nothing of the module is kept but, for that moment, its ServiceAccount.
 */
export async function checkServer(app: App, place: ServerPlace): Promise<RungResult> {
  const [program, kubeconfig] = [await kubectlOf(place), await kubeconfigOf(place)]
  if (kubeconfig === undefined)
    return skipped('server', 'no cluster: give --kubeconfig, or start one with kade up')
  if (program === undefined) return skipped('server', 'no kubectl in PATH')
  const run = kubectl(program, kubeconfig)
  const isReachable = await run(['version', '-o', 'json']).then(
    () => true,
    () => false,
  )
  if (!isReachable && place.kubeconfig === null)
    return skipped(
      'server',
      'the cluster of kade up does not answer; start it again, or give --kubeconfig',
    )
  const namespace = `kade-module-check-${randomBytes(4).toString('hex')}`
  // An app that runs as root with a reason cannot be restricted; anything else must be.
  const profile = app.relaxations.some(each => each.what === 'runAsRoot')
    ? 'baseline'
    : 'restricted'
  const labels = { 'pod-security.kubernetes.io/enforce': profile }
  const about = `dry run on ${kubeconfig}, as prod, in a ${profile} namespace`
  try {
    await run(['create', '-f', '-'], {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels },
    })
    return looked('server', about, await inNamespace(run, app, namespace))
  } catch (error) {
    const findings = findingsOf(error, 'server').map(each => ({ ...each, seenIn: ['prod'] }))
    return looked('server', about, findings)
  } finally {
    await run(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']).catch(
      () => {},
    )
  }
}
