import { probeServer } from '#platform/adapters/kubernetes/server-probe.ts'
import { requestMove } from '#platform/deployments/move.ts'
import { createSqlAgent } from '#platform/federation/carriers/sql.ts'
import { startHealthWatch } from '#platform/federation/health-watch.ts'
import { startExpiring } from '#platform/governance/approvals/expire.ts'
import { startFailover } from '#platform/orchestration/failover-watch.ts'
import { startSweep } from '#platform/orchestration/queue.ts'
import { findIdle, startWatchdog } from '#platform/orchestration/watchdog.ts'
import { openDoor } from './door.ts'
import { openGround, openState } from './ground.ts'
import { startHandlers } from './handlers.ts'
import { type Report, terminalReport } from './report.ts'
import { demandDatabase, type Settings } from './settings.ts'
import { stack } from './stack.ts'

/** `kade gateway`: the HTTP door alone, any number of them, beside workers that share its database. */
export async function gateway(settings: Settings, report: Report = terminalReport()) {
  demandDatabase(settings, 'gateway')
  return stack(report, async stops => {
    const state = await openState(settings, report)
    const ground = await openGround(settings, state.url, report)
    stops.push(() => ground.close())
    const { database, queue } = ground
    const onError = (error: unknown) => report.problem('A background task failed.', error)
    const agent = createSqlAgent({ database, queue, onError })
    const context = ground.contextFor(agent)
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
    report.line(`Kade portal: ${door.url}`)
    report.line(`Sign in once with: ${door.signIn}`)
    return { url: door.url }
  })
}
