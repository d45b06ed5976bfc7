import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { rebuildDeployments } from '#platform/deployments/rebuild.ts'
import { rebuildApprovals } from '#platform/governance/approvals/project.ts'
import { openState } from './ground.ts'
import { onlyOne } from './only-one.ts'
import { type Report, terminalReport } from './report.ts'
import type { Settings } from './settings.ts'
import { stack } from './stack.ts'

/**
 * `kade rebuild`: writes the read model of deployments and approvals anew from their events. On a shared database it may run beside living
 * processes, which wait for it; on the embedded one Kade must not be running.
 */
export async function rebuild(
  settings: Settings,
  report: Report = terminalReport(),
): Promise<void> {
  const { stop } = await stack(report, async stops => {
    if (!settings.databaseUrl) stops.push(await onlyOne(settings.home))
    const state = await openState(settings, report)
    stops.push(state.stop)
    const database = await openDatabase(state.url, { statementTimeoutMs: 600_000 })
    stops.push(() => database.close())
    const events = (await rebuildDeployments(database)) + (await rebuildApprovals(database))
    report.line(
      `The read model of deployments and approvals was written anew from ${events} events.`,
    )
    return {}
  })
  await stop()
}
