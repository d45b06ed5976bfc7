/**
 * What Kade costs over the bare API server: N deployments through Kade's HTTP API, and in the same run on the same cluster
 * the same objects by a loop of server-side applies at its best concurrency. Rounds are interleaved; the median is told.
 * The objects of the bare loop bear Kade's labels, so Kade's worker watches those too and takes a part of the machine: the
 * bare rounds are a little slower for it than they would be on a cluster without Kade.
 *
 * With `--explain` it tells at the end where a deployment's calls, statements and processor time went in the last round: counts
 * hold on a machine that others use too, where times do not.
 *
 *   node bench/deploy.ts [--deployments 200] [--rounds 5] [--explain]
 */
import { parseArgs } from 'node:util'
import { inLanes } from '#tests/support/lanes.ts'
import { costsSince, costsSoFar, sumOf } from './costs.ts'
import { explain } from './explain.ts'
import { type Ground, openGround } from './ground.ts'
import { median } from './median.ts'
import { followEvents, makeNamespaces } from './product.ts'
import { allAvailable, applyRaw, type Round } from './raw.ts'
import { objectsOf, targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    deployments: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    explain: { type: 'boolean', default: false },
  },
})
const deployments = Number(values.deployments)
const rounds = Number(values.rounds)

async function rawRound(
  { api, kade, costsOf }: Ground,
  round: number,
  concurrency: number,
): Promise<Round> {
  const { namespaces, all } = targets(`raw-${round}`, deployments)
  await makeNamespaces(kade.client, namespaces)
  const sets = all.map(objectsOf)
  const before = await costsSoFar(costsOf)
  const began = performance.now()
  const available = allAvailable(api, namespaces, deployments)
  await applyRaw(api, sets, concurrency)
  const applied = performance.now() - began
  await available
  const ready = performance.now() - began
  const costs = costsSince(before, await costsSoFar(costsOf), deployments)
  return { accepted: 0, applied, ready, costs }
}

async function kadeRound({ kade, costsOf }: Ground, round: number): Promise<Round> {
  const { namespaces, all } = targets(`product-${round}`, deployments)
  await makeNamespaces(kade.client, namespaces)
  const done = { DeploymentApplied: new Set<string>(), DeploymentCompleted: new Set<string>() }
  const at: Partial<Record<string, number>> = {}
  const before = await costsSoFar(costsOf)
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
    costs: costsSince(before, await costsSoFar(costsOf), deployments),
  }
}

/** The concurrency at which the bare loop is fastest on this machine, tried on a few sets. */
async function bestConcurrency({ api, kade }: Ground): Promise<number> {
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

const ground = await openGround()
try {
  const concurrency = await bestConcurrency(ground)
  console.log(
    `${deployments} deployments of LiteLLM, ${rounds} rounds; bare loop at ${concurrency} at a time`,
  )
  const results: { raw: Round; kade: Round }[] = []
  for (let round = 0; round < rounds; round++) {
    const raw = await rawRound(ground, round, concurrency)
    const own = await kadeRound(ground, round)
    results.push({ raw, kade: own })
    const s = (ms: number) => (ms / 1000).toFixed(2).padStart(7)
    const calls = ({ costs }: Round) => sumOf(costs.calls).toFixed(1)
    console.log(
      `round ${round + 1}  bare: applied${s(raw.applied)} ready${s(raw.ready)}` +
        `   Kade: accepted${s(own.accepted)} applied${s(own.applied)} ready${s(own.ready)}` +
        `   ratios: applied ${(own.applied / raw.applied).toFixed(2)} ready ${(own.ready / raw.ready).toFixed(2)}` +
        `   each: ${calls(raw)} calls bare, ${calls(own)} and ${sumOf(own.costs.statements).toFixed(0)} statements with Kade`,
    )
  }
  console.log(
    `median ratios  applied ${median(results.map(one => one.kade.applied / one.raw.applied)).toFixed(2)} (aim 1.5)`,
  )
  console.log(
    `               all-ready ${median(results.map(one => one.kade.ready / one.raw.ready)).toFixed(2)} (aim 1.25)`,
  )
  const last = results.at(-1)
  if (values.explain && last) console.log(explain(last.raw.costs, last.kade.costs))
} finally {
  await ground.stop()
}
