import type { Command } from 'commander'
import { type Cli, follow, type WaitFlags, withWait } from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { parseTarget } from '../input.ts'

export function registerRestart(program: Command, cli: Cli): void {
  const command = program
    .command('restart <deployment>')
    .description('replace its pods by new ones, one after the other')
  withWait(command).action(async (target: string, flags: WaitFlags) => {
    const params = parseTarget(target)
    const connection = await cli.connect()
    const idempotencyKey = newIdempotencyKey()
    const started = await connection.client.restartDeployment({ params, idempotencyKey })
    await follow(cli, connection, started, flags)
  })
}
