/**
 * How many deployments Kade holds at once: so many are asked for as fast as they are accepted, and all have to end well within the
 * deadline that each is given, and stand in the cluster as their record says. Twice as many each time, until that fails. Beside it
 * the same objects by a loop of server-side applies: what the cluster itself takes. A deadline that is longer holds more; what
 * depends on neither machine nor deadline is how the cost of one deployment grows with their number.
 *
 *   node bench/concurrent.ts [--from 50] [--most 1600] [--deadline 120]
 */
import { parseArgs } from 'node:util'
import { takeSnapshot } from '#tests/faults/snapshot.ts'
import { violationsOf } from '#tests/faults/violations.ts'
import { inLanes } from '#tests/support/lanes.ts'
import { costsSince, costsSoFar, sumOf } from './costs.ts'
import { type Ground, openGround } from './ground.ts'
import { positive } from './positive.ts'
import { makeNamespaces } from './product.ts'
import { allAvailable, applyRaw } from './raw.ts'
import { objectsOf, targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '50' },
    most: { type: 'string', default: '1600' },
    deadline: { type: 'string', default: '120' },
  },
})
const deadline = positive(values.deadline)
/** Requests at a time, so that the door is what limits them. */
const askers = 32
/** What the bare loop was fastest with. */
const loops = 16

type Held = {
  readonly wrong: readonly string[]
  /** Open at one moment. */
  readonly open: number
  readonly seconds: number
  readonly processorMs: number
}

async function hold({ kade, costsOf, api }: Ground, count: number): Promise<Held> {
  const { namespaces, all } = targets(`held-${count}`, count)
  await makeNamespaces(kade.client, namespaces)
  const { database } = costsOf
  const before = await costsSoFar(costsOf)
  const began = performance.now()
  const wrong: string[] = []
  const asking = inLanes(all, askers, target =>
    kade.client
      .createDeployment({ body: { app: 'litellm', replicas: 1, ...target } })
      .catch(error => wrong.push(`${target.name} was refused: ${error}`)),
  )
  let open = 0
  let asked = false
  void asking.then(() => {
    asked = true
  })
  for (;;) {
    const [row] = await database.query<{ open: number }>(
      'select count(*)::int as open from kade.operation where ended_at is null',
    )
    const now = row?.open ?? 0
    open = Math.max(open, now)
    if (asked && now === 0) break
    // The watchdog ends what is late; what it does not end is held against Kade.
    if (performance.now() - began > (deadline * 2 + 60) * 1_000) {
      wrong.push(`${now} are open long past their deadline`)
      break
    }
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  const seconds = (performance.now() - began) / 1_000
  const ends = await database.query<{ state: string; code: string | null; count: number }>(
    `select state, cause->>'code' as code, count(*)::int as count from kade.operation
      where namespace = any($1) and state <> 'succeeded' group by 1, 2`,
    [namespaces],
  )
  wrong.push(...ends.map(one => `${one.count} ended ${one.state} (${one.code})`))
  const { processor } = costsSince(before, await costsSoFar(costsOf), count)
  // As Kade names the cluster: by its context.
  const snapshot = await takeSnapshot({ database, admins: { 'kwok-bench': api }, namespaces })
  wrong.push(...violationsOf(snapshot))
  return { wrong, open, seconds, processorMs: sumOf(processor) * 1_000 }
}

/** Seconds until as many, made by the bare loop, are available. */
async function bare({ api, kade }: Ground, count: number): Promise<number> {
  const { namespaces, all } = targets(`bare-${count}`, count)
  await makeNamespaces(kade.client, namespaces)
  const sets = all.map(objectsOf)
  const began = performance.now()
  const available = allAvailable(api, namespaces, count)
  await applyRaw(api, sets, loops)
  await available
  return (performance.now() - began) / 1_000
}

const ground = await openGround({ KADE_OPERATION_DEADLINE: String(deadline) })
try {
  let held = 0
  for (let count = positive(values.from); count <= positive(values.most); count *= 2) {
    const alone = await bare(ground, count)
    const { wrong, open, seconds, processorMs } = await hold(ground, count)
    console.log(
      `${String(count).padStart(5)} asked: ${open} open at once, all ended after ${seconds.toFixed(1)} s, ${(seconds / alone).toFixed(2)} of the bare loop, ${processorMs.toFixed(0)} ms of processor each`,
    )
    if (wrong.length > 0) {
      console.log(`not held: ${wrong.slice(0, 5).join('; ')}`)
      break
    }
    held = count
  }
  console.log(`held at once, all ended well within ${deadline} s: ${held}`)
} finally {
  await ground.stop()
}
