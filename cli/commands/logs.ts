import type { Command } from 'commander'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseTarget } from '../input.ts'
import { clean } from '../render.ts'

export function registerLogs(program: Command, cli: Cli): void {
  const command = program
    .command('logs <deployment>')
    .description('the latest log lines')
    .option('--lines <count>', 'how many', '200')
  withOutput(command).action(async (target: string, flags: OutputFlags & { lines: string }) => {
    const params = parseTarget(target)
    const { client } = await cli.connect()
    const logs = await client.readLogs({ params, query: { lines: flags.lines } })
    if (logs.simulated) cli.terminal.err('These lines are simulated: the node runs nothing.')
    if (logs.truncated) cli.terminal.err('There is more than is shown.')
    const lines = logs.items.map(
      ({ pod, container, text }) => `${pod}/${container}  ${clean(text)}`,
    )
    print(cli, flags, logs, lines.length > 0 ? lines : ['No lines yet.'])
  })
}
