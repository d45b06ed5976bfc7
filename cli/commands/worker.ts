import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { serve } from '../serve.ts'

type Flags = { clusters?: string; yes?: true }

export function registerWorker(program: Command, cli: Cli): void {
  program
    .command('worker')
    .description('serve clusters, on the database of KADE_DATABASE_URL')
    .option('--clusters <names>', 'only these clusters, separated by commas')
    .option('-y, --yes', 'join clusters of your own without asking')
    .action(async (flags: Flags) => {
      const { readSettings } = await import('../processes/settings.ts')
      const { worker } = await import('../processes/worker.ts')
      await serve(cli.terminal, async () => worker(await readSettings(flags)))
    })
}
