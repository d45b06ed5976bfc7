import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createSqlAgent } from '#platform/federation/carriers/sql.ts'
import { registrarOf } from '#platform/federation/registrar.ts'
import { registerClusters } from '#platform/federation/registry.ts'
import { createHub } from '#platform/orchestration/hub.ts'
import { createWorker } from '#platform/orchestration/worker.ts'
import { plannedClusters } from './clusters.ts'
import { openGround, openState } from './ground.ts'
import { joinPlanned } from './join-planned.ts'
import { closable, type Report, terminalReport } from './report.ts'
import { demandDatabase, type Settings } from './settings.ts'
import { stack } from './stack.ts'

/** `kade worker`: serves clusters beside the database; the only process that holds their credentials. */
export async function worker(settings: Settings, report: Report = terminalReport()) {
  demandDatabase(settings, 'worker')
  return stack(report, async stops => {
    const planned = await plannedClusters(settings)
    stops.push(async () => {
      await Promise.all(planned.map(cluster => cluster.stop()))
    })
    const state = await openState(settings, report)
    const ground = await openGround(settings, state.url, report)
    stops.push(() => ground.close())
    const { database, queue, policy } = ground
    await registerClusters(
      database,
      planned.map(one => one.spec),
      new Date(),
    )
    const onError = (error: unknown) => report.problem('A background task failed.', error)
    const agent = createSqlAgent({ database, queue, onError })
    const context = ground.contextFor(agent)
    const id = `${hostname()}-${randomUUID().slice(0, 8)}`
    const serving = createWorker({
      id,
      hub: createHub(context),
      agent,
      policy,
      log: report.problem,
    })
    stops.push(() => serving.stop())
    const { report: starting, close } = closable(report)
    stops.push(async () => close())
    const ready = Promise.all(
      planned.map(one => joinPlanned(settings, registrarOf(context), serving, one, starting)),
    ).then(() =>
      starting.line(`Worker ${id} serves ${planned.map(one => one.spec.name).join(', ')}.`),
    )
    return { id, ready }
  })
}
