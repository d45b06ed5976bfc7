import { type Command, Option } from 'commander'
import { type Cli, follow, type WaitFlags, withWait } from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { parseTarget } from '../input.ts'
import { UsageError } from '../terminal.ts'

type Flags = WaitFlags & { data: 'keep' | 'delete'; yes?: true }

export function registerDelete(program: Command, cli: Cli): void {
  const command = program
    .command('delete <deployment>')
    .description('delete a deployment; its data stays unless you say otherwise')
    .addOption(
      new Option('--data <what>', 'what becomes of its volumes')
        .choices(['keep', 'delete'])
        .default('keep'),
    )
    .option('-y, --yes', 'do not ask')
  withWait(command).action(async (target: string, flags: Flags) => {
    const params = parseTarget(target)
    if (cli.terminal.interactive && !flags.yes) await confirm(cli, target, params.name, flags.data)
    const connection = await cli.connect()
    const started = await connection.client.deleteDeployment({
      params,
      query: { data: flags.data },
      idempotencyKey: newIdempotencyKey(),
    })
    await follow(cli, connection, started, flags)
  })
}

async function confirm(cli: Cli, target: string, name: string, data: string): Promise<void> {
  const too = data === 'delete' ? ' AND ALL ITS DATA' : ''
  const answer = await cli.terminal.ask(`This deletes ${target}${too}. Type "${name}" to go on: `)
  if (answer.trim() !== name) throw new UsageError('That is another name; nothing was deleted.')
}
