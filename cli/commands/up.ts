import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { serve } from '../serve.ts'

type Flags = { clusters?: string; yes?: true }

export function registerUp(program: Command, cli: Cli): void {
  program
    .command('up')
    .description('start everything on this machine: database, clusters, portal')
    .option('--clusters <names>', 'only these clusters, separated by commas')
    .option('-y, --yes', 'join clusters of your own without asking')
    .action(async (flags: Flags) => {
      // Loaded late, here and in `gateway` and `worker`: no other command needs the server's half of Kade.
      const { readSettings } = await import('../processes/settings.ts')
      const { up } = await import('../processes/up.ts')
      await serve(cli.terminal, async () => up(await readSettings(flags)))
    })
}
