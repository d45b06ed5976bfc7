import type { Command } from 'commander'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { table } from '../render.ts'
import { tell } from '../terminal.ts'

export function registerClusters(program: Command, cli: Cli): void {
  withOutput(program.command('clusters').description('the clusters and how they are')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listClusters({ query: { limit: 200 } })
      const rows = page.items.map(one => [
        one.name + (one.primary ? ' (primary)' : ''),
        one.region,
        one.state + (one.simulated ? ' (simulated)' : ''),
        String(one.deployments),
        tell(cli.terminal, one.message),
      ])
      const header = ['CLUSTER', 'REGION', 'STATE', 'DEPLOYMENTS', 'MESSAGE']
      print(cli, flags, page, table(header, rows))
    },
  )
}
