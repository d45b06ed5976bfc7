/**
 * What Kade costs over the bare API server: N deployments through Kade's HTTP API, and in the same run on the same cluster
 * the same objects by a loop of server-side applies at its best concurrency. Rounds are interleaved; the median is told.
 * The objects of the bare loop bear Kade's labels, so Kade's worker watches those too and takes a part of the machine: the
 * bare rounds are a little slower for it than they would be on a cluster without Kade.
 *
 *   node bench/deploy.ts [--deployments 200] [--rounds 5]
 */
import { parseArgs } from 'node:util'
import { shelfEnvironments } from '#catalog/environments.ts'
import { litellm } from '#catalog/litellm/litellm.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { composed } from '#tests/support/composed.ts'
import { startTestCluster } from '#tests/support/control-plane.ts'
import { type RunningKade, removeHome, startKade } from '#tests/support/kade.ts'
import { inLanes } from '#tests/support/lanes.ts'
import { median } from './median.ts'
import { followEvents, makeNamespaces } from './product.ts'
import {
  allAvailable,
  applyRaw,
  type Calls,
  callsSince,
  callsSoFar,
  openAdmin,
  type Times,
} from './raw.ts'

const { values } = parseArgs({
  options: {
    deployments: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
  },
})
const deployments = Number(values.deployments)
const rounds = Number(values.rounds)
/** A namespace of environment prod has room for about this many of the app that is deployed. */
const perNamespace = 50

type Target = { namespace: string; name: string }

function targets(side: string, round: number): { namespaces: string[]; all: Target[] } {
  const count = Math.ceil(deployments / perNamespace)
  const namespaces = Array.from({ length: count }, (_, n) => `${side}-${round}-${n}`)
  const all = Array.from({ length: deployments }, (_, n) => ({
    namespace: namespaces[n % count] ?? '',
    name: `app-${n}`,
  }))
  return { namespaces, all }
}

/** The objects Kade would apply, with values in the Secret and a parent of the same size. */
function objectsOf({ namespace, name }: Target): readonly KubernetesObject[] {
  const parsed = litellm.parseSettings({})
  if (!parsed.ok) throw new Error('{} must be valid')
  const render = {
    namespace,
    name,
    settings: parsed.settings,
    replicas: 1,
    env: {},
    ingress: null,
    bindings: {},
    secretName: `${name}-secrets-1`,
    givenSecrets: [],
  }
  const environment = shelfEnvironments.prod
  const owner = { deployment: crypto.randomUUID(), team: 'bench', standing: new Map() }
  const objects = composed({ app: litellm, ...owner, environment, peers: [], render })
  const secret = { masterKey: btoa('x'.repeat(40)), saltKey: btoa('x'.repeat(40)) }
  const parent = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}-parent`, namespace },
    data: { inventory: 'x'.repeat(1_000) },
  }
  return [
    parent,
    ...objects.map(object => (object.kind === 'Secret' ? { ...object, data: secret } : object)),
  ]
}

async function rawRound(
  api: KubeApi,
  kade: RunningKade,
  round: number,
  concurrency: number,
): Promise<Times> {
  const { namespaces, all } = targets('raw', round)
  await makeNamespaces(kade.client, namespaces)
  const sets = all.map(objectsOf)
  const before = await callsSoFar(api)
  const began = performance.now()
  const available = allAvailable(api, namespaces, deployments)
  await applyRaw(api, sets, concurrency)
  const applied = performance.now() - began
  await available
  const ready = performance.now() - began
  return { accepted: 0, applied, ready, ...(await callsSince(api, before, deployments)) }
}

async function kadeRound(api: KubeApi, kade: RunningKade, round: number): Promise<Times> {
  const { namespaces, all } = targets('product', round)
  await makeNamespaces(kade.client, namespaces)
  const done = { DeploymentApplied: new Set<string>(), DeploymentCompleted: new Set<string>() }
  const at: Partial<Record<string, number>> = {}
  const before = await callsSoFar(api)
  const began = performance.now()
  const finished = Promise.withResolvers<void>()
  const stop = await followEvents(kade.url, kade.token, event => {
    if (event.name === 'DeploymentFailed') finished.reject(new Error(JSON.stringify(event.data)))
    if (event.name !== 'DeploymentApplied' && event.name !== 'DeploymentCompleted') return
    const seen = done[event.name].add(event.operation ?? '')
    if (seen.size === deployments) at[event.name] = performance.now() - began
    if (done.DeploymentCompleted.size === deployments) finished.resolve()
  })
  await inLanes(all, 16, target =>
    kade.client.createDeployment({ body: { app: 'litellm', replicas: 1, ...target } }),
  )
  const accepted = performance.now() - began
  await finished.promise
  stop()
  return {
    accepted,
    applied: at.DeploymentApplied ?? 0,
    ready: at.DeploymentCompleted ?? 0,
    ...(await callsSince(api, before, deployments)),
  }
}

/** The concurrency at which the bare loop is fastest on this machine, tried on a few sets. */
async function bestConcurrency(api: KubeApi, kade: RunningKade): Promise<number> {
  await makeNamespaces(kade.client, ['warm-up'])
  let best = { concurrency: 8, rate: 0 }
  for (const concurrency of [4, 8, 16, 32]) {
    const sets = Array.from({ length: 24 }, (_, n) =>
      objectsOf({ namespace: 'warm-up', name: `c${concurrency}-${n}` }),
    )
    const began = performance.now()
    await applyRaw(api, sets, concurrency)
    const rate = sets.length / (performance.now() - began)
    if (rate > best.rate) best = { concurrency, rate }
  }
  return best.concurrency
}

const cluster = await startTestCluster('bench', { disableQpsLimits: true, extraNodes: 60 })
const kade = await startKade({
  clusters: [],
  env: { KADE_KUBECONFIG: cluster.kubeconfigPath, KADE_YES: '1' },
})
const api = await openAdmin(cluster.kubeconfigPath, 64)
try {
  const concurrency = await bestConcurrency(api, kade)
  console.log(
    `${deployments} deployments of LiteLLM, ${rounds} rounds; bare loop at ${concurrency} at a time`,
  )
  const results: { raw: Times; kade: Times }[] = []
  for (let round = 0; round < rounds; round++) {
    const raw = await rawRound(api, kade, round, concurrency)
    const own = await kadeRound(api, kade, round)
    results.push({ raw, kade: own })
    const each = ({ applies, calls }: Calls) =>
      ` (${applies.toFixed(1)} applies, ${calls.toFixed(1)} calls each)`
    const s = (ms: number) => (ms / 1000).toFixed(2).padStart(7)
    console.log(
      `round ${round + 1}  bare: applied${s(raw.applied)} ready${s(raw.ready)} ${each(raw)}` +
        `   Kade: accepted${s(own.accepted)} applied${s(own.applied)} ready${s(own.ready)}${each(own)}` +
        `   ratios: applied ${(own.applied / raw.applied).toFixed(2)} ready ${(own.ready / raw.ready).toFixed(2)}`,
    )
  }
  console.log(
    `median ratios  applied ${median(results.map(one => one.kade.applied / one.raw.applied)).toFixed(2)} (aim 1.5)`,
  )
  console.log(
    `               all-ready ${median(results.map(one => one.kade.ready / one.raw.ready)).toFixed(2)} (aim 1.25)`,
  )
} finally {
  await api.close()
  await kade.stop()
  await cluster.stop()
  await removeHome(kade.home)
}
