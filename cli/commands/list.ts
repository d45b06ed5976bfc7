import type { Command } from 'commander'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { ago, moreLine, table } from '../render.ts'
import { simulatedMark, word } from '../words.ts'

const header = [
  'DEPLOYMENT',
  'APP',
  'VERSION',
  'HEALTH',
  'LAST OPERATION',
  'CLUSTER',
  'AGE',
] as const

type Flags = OutputFlags & {
  namespace?: string
  app?: string
  cluster?: string
  query?: string
  limit: string
  cursor?: string
}

export function registerList(program: Command, cli: Cli): void {
  const command = program
    .command('list')
    .description('the deployments you may see')
    .option('-n, --namespace <namespace>', 'of one namespace')
    .option('--app <app>', 'of one app')
    .option('--cluster <cluster>', 'on one cluster')
    .option('-q, --query <text>', 'whose name this text is found in')
    .option('--limit <count>', 'at most so many', '200')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(command).action(async (flags: Flags) => {
    const { client } = await cli.connect()
    const page = await client.listDeployments({
      query: {
        limit: flags.limit,
        ...(flags.cursor ? { cursor: flags.cursor } : {}),
        ...(flags.namespace ? { namespace: flags.namespace } : {}),
        ...(flags.app ? { app: flags.app } : {}),
        ...(flags.cluster ? { cluster: flags.cluster } : {}),
        ...(flags.query ? { q: flags.query } : {}),
      },
    })
    const says = (said: string) => word(cli.terminal, said)
    const rows = page.items.map(one => [
      `${one.namespace}/${one.name}`,
      one.app,
      one.version,
      says(one.health.state) + simulatedMark(cli.terminal, one),
      `${says(one.operation.kind)} ${says(one.operation.state)}`,
      one.clusters.join(','),
      ago(one.createdAt),
    ])
    const more = page.next ? [moreLine(cli.terminal, `kade list --cursor ${page.next}`)] : []
    print(cli, flags, page, [...table(cli.terminal, header, rows), ...more])
  })
}
