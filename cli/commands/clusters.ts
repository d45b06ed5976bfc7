import type { Command } from 'commander'
import type { Cluster } from '#api/clusters.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { clean, table } from '../render.ts'
import { type Terminal, tell } from '../terminal.ts'

export function registerClusters(program: Command, cli: Cli): void {
  withOutput(program.command('clusters').description('the clusters and how they are')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listClusters({ query: { limit: 200 } })
      const rows = page.items.map(one => [
        one.name + (one.primary ? ' (primary)' : ''),
        one.region,
        one.jurisdiction,
        one.state + (one.simulated ? ' (simulated)' : ''),
        String(one.deployments),
        tell(cli.terminal, one.message),
      ])
      const header = ['CLUSTER', 'REGION', 'JURISDICTION', 'STATE', 'DEPLOYMENTS', 'MESSAGE']
      const leaks = page.items.flatMap(one => scanLines(cli.terminal, one))
      print(cli, flags, page, [...table(header, rows), ...leaks])
    },
  )
}

/** What the newest scan of a cluster found, and what to do about it; nothing where it found nothing. */
function scanLines(terminal: Terminal, { name, scan }: Cluster): string[] {
  if (scan === null || (scan.count === 0 && scan.unread.length === 0)) return []
  const { count, countedAt, leaks, unread } = scan
  const counted = countedAt === null ? '' : `, counted ${countedAt}`
  const lines = leaks.map(leak =>
    clean(`  ${leak.namespace}  ${leak.kind}/${leak.name}  ${tell(terminal, leak.why)}`),
  )
  return [
    '',
    `${name}: ${count} ${count === 1 ? 'object' : 'objects'} with Kade's label that no deployment accounts for${counted}.`,
    ...lines,
    ...(count > leaks.length ? [`  and ${count - leaks.length} more.`] : []),
    ...(count > 0
      ? [
          '→ Kade leaves them alone. Delete what nobody needs: kubectl delete <kind> <name> -n <namespace>',
        ]
      : []),
    ...(unread.length > 0
      ? [
          `  The newest look, ${scan.at}, could not read ${unread.map(clean).join(', ')}: what leaks now is not known.`,
          '→ When that lasts, join the cluster again, which gives Kade its rights back.',
        ]
      : []),
  ]
}
