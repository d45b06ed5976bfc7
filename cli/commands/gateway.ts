import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { serve } from '../serve.ts'

export function registerGateway(program: Command, cli: Cli): void {
  program
    .command('gateway')
    .description('start the HTTP door alone, on the database of KADE_DATABASE_URL')
    .action(async () => {
      const { readSettings } = await import('../processes/settings.ts')
      const { gateway } = await import('../processes/gateway.ts')
      await serve(cli.terminal, async () => gateway(await readSettings()))
    })
}
