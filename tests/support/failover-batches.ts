import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { play } from './failover-faults.ts'

/** Schedules from one seed: what goes wrong is found again in as much time as these take. */
const each = 25_000

/** Plays so many batches in a thread for each processor, batch `n` from seed + n; answers how many moves there were. Rejects with what went wrong first. */
export async function playBatches(batches: number, seed: number): Promise<number> {
  const seeds = Array.from({ length: batches }, (_, n) => seed + n)
  const threads = Math.min(availableParallelism(), batches)
  const workers = Array.from({ length: threads }, (_, thread) => {
    const own = seeds.filter((_, n) => n % threads === thread)
    return new Worker(new URL(import.meta.url), { workerData: { seeds: own } })
  })
  try {
    const moves = await Promise.all(workers.map(movesOf))
    return moves.reduce((sum, one) => sum + one, 0)
  } finally {
    await Promise.all(workers.map(one => one.terminate()))
  }
}

function movesOf(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (!isMainThread && workerData?.seeds) {
  let moved = 0
  for (const seed of workerData.seeds) moved += play(each, seed)
  parentPort?.postMessage(moved)
}
