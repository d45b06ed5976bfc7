/**
 * How long one decision takes: `place()` over clusters of many nodes, as the door calls it, for one cluster, for a divided
 * deployment over three regions, and for all clusters. Others publish a P99 of 32 ms for a whole scheduling round at 100 clusters
 * (Karmada's test report); that includes reading and writing, this is the decision alone.
 *
 *   node bench/placement.ts [--clusters 100] [--rounds 500] [--seed 1]
 */
import { parseArgs } from 'node:util'
import { place } from '#platform/federation/place.ts'
import type { Candidate, PlacementRequest } from '#platform/federation/placement.ts'
import type { PodDemand } from '#platform/federation/room.ts'

const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
})
/** As many rooms as a survey keeps of a large cluster. */
const roomsEach = 192
const gibibyte = 2 ** 30
let state = Number(values.seed)

/** A whole number below `bound`, the same ones for the same seed (Park and Miller's minimal standard). */
function below(bound: number): number {
  state = (state * 48_271) % 2_147_483_647
  return state % bound
}

function pod(cpu: number, count: number, gpus = 0): PodDemand {
  const devices = gpus > 0 ? { 'nvidia.com/gpu': gpus } : {}
  return { request: { cpu, memory: gibibyte, pods: 1, devices }, count }
}

function clusterOf(n: number): Candidate {
  return {
    name: `cluster-${n}`,
    region: `region-${n % 10}`,
    jurisdiction: ['NL', 'FR', 'PL', 'US', 'unknown'][n % 5] ?? 'unknown',
    primary: n === 0,
    labels: { energy: n % 3 === 0 ? 'green' : 'grey' },
    health: n % 20 === 7 ? 'unknown' : 'ready',
    cordoned: n % 25 === 3,
    namespace: true,
    rooms: Array.from({ length: roomsEach }, () => ({
      cpu: below(32_000),
      memory: below(128) * gibibyte,
      pods: below(250),
      devices: { 'nvidia.com/gpu': below(9) },
    })),
    assumed: Array.from({ length: 20 }, () => pod(250 + below(2_000), 1 + below(4))),
    elastic: false,
  }
}

const clusters = Array.from({ length: Number(values.clusters) }, (_, n) => clusterOf(n))
const requests: Readonly<Record<string, PlacementRequest>> = {
  'one cluster': { count: 1, dataClass: 'personal', each: [pod(1_000, 2), pod(4_000, 1, 1)] },
  'three regions, 50 pods divided': {
    count: 3,
    dataClass: 'internal',
    spread: { min: 3 },
    affinity: [{ labels: { energy: 'green' } }, {}],
    each: [pod(500, 1)],
    divided: pod(2_000, 50),
  },
  'all that satisfy': { count: 'all', dataClass: 'public', each: [pod(1_000, 3)] },
}

console.log(`${clusters.length} clusters of ${roomsEach} rooms, ${values.rounds} decisions each`)
for (const [name, request] of Object.entries(requests)) {
  const taken: number[] = []
  // The first tenth warms up and is not counted.
  const rounds = Number(values.rounds)
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    const began = performance.now()
    const { chosen } = place(request, clusters)
    if (round >= 0) taken.push(performance.now() - began)
    if (chosen.length === 0) throw new Error(`"${name}" was placed nowhere: the bench is broken.`)
  }
  const sorted = taken.toSorted((a, b) => a - b)
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(
      2,
    )
  console.log(`${name.padEnd(32)} P50 ${at(0.5)} ms   P95 ${at(0.95)} ms   P99 ${at(0.99)} ms`)
}
