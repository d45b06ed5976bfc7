import { randomUUID } from 'node:crypto'
import { probeServer } from '#platform/adapters/kubernetes/server-probe.ts'
import { requestMove } from '#platform/deployments/move.ts'
import { createInProcessAgent } from '#platform/federation/carriers/in-process.ts'
import { startHealthWatch } from '#platform/federation/health-watch.ts'
import { registrarOf } from '#platform/federation/registrar.ts'
import { registerClusters } from '#platform/federation/registry.ts'
import { startExpiring } from '#platform/governance/approvals/expire.ts'
import { startFailover } from '#platform/orchestration/failover-watch.ts'
import { createHub } from '#platform/orchestration/hub.ts'
import { startSweep } from '#platform/orchestration/queue.ts'
import { findIdle, startWatchdog } from '#platform/orchestration/watchdog.ts'
import { createWorker } from '#platform/orchestration/worker.ts'
import { plannedClusters } from './clusters.ts'
import { openDoor } from './door.ts'
import { openGround, openState } from './ground.ts'
import { startHandlers } from './handlers.ts'
import { joinPlanned } from './join-planned.ts'
import { onlyOne } from './only-one.ts'
import { closable, type Report, terminalReport } from './report.ts'
import type { Settings } from './settings.ts'
import { type Stop, stack } from './stack.ts'

export type Running = {
  readonly url: string
  readonly signIn: string
  readonly ready: Promise<void>
  stop(): Promise<void>
}

/**
 * `kade up`: everything in one process. The portal opens first; each cluster joins when it is up. Resolves when the portal
 * answers; `ready` when every cluster has joined or was given up.
 */
export async function up(settings: Settings, report: Report = terminalReport()): Promise<Running> {
  return stack(report, stops => start(settings, report, stops))
}

async function start(settings: Settings, report: Report, stops: Stop[]) {
  stops.push(await onlyOne(settings.home))
  const planned = await plannedClusters(settings)
  stops.push(async () => {
    await Promise.all(planned.map(cluster => cluster.stop()))
  })
  const state = await openState(settings, report)
  stops.push(state.stop)
  const ground = await openGround(settings, state.url, report)
  stops.push(() => ground.close())
  const { database, queue, policy } = ground
  await registerClusters(
    database,
    planned.map(one => one.spec),
    new Date(),
  )
  const onError = (error: unknown) => report.problem('A background task failed.', error)
  const agent = createInProcessAgent({ database, queue, onError })
  const context = ground.contextFor(agent)
  const worker = createWorker({
    id: `up-${randomUUID().slice(0, 8)}`,
    hub: createHub(context),
    agent,
    policy,
    log: report.problem,
  })
  stops.push(() => worker.stop())
  stops.push(startWatchdog(context, report.problem))
  stops.push(
    startExpiring(context, error => report.problem('What has ended was not ended.', error)),
  )
  stops.push(startHealthWatch(context, probeServer, report.problem))
  stops.push(startFailover(context, requestMove, report.problem))
  stops.push(startSweep(queue, () => findIdle(context), { onError }))
  stops.push(await startHandlers(context, ground, settings.events, onError))
  const door = await openDoor(settings, { ...context, agent }, report)
  stops.push(() => door.close())
  const { report: starting, close } = closable(report)
  stops.push(async () => close())
  report.line(`Kade portal: ${door.url}`)
  report.line(`Sign in once with: ${door.signIn}`)
  const ready = Promise.all(
    planned.map(one => joinPlanned(settings, registrarOf(context), worker, one, starting)),
  ).then(() => starting.line(`Kade is ready: ${door.url}`))
  return { url: door.url, signIn: door.signIn, ready }
}
