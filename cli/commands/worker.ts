import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { serve } from '../serve.ts'
import { UsageError } from '../terminal.ts'

type Flags = {
  clusters?: string
  yes?: true
  gateway?: string
  tokenFile?: string
  caFile?: string
}

export function registerWorker(program: Command, cli: Cli): void {
  program
    .command('worker')
    .description(
      'serve clusters: on the database of KADE_DATABASE_URL, or over a gateway from elsewhere',
    )
    .option('--clusters <names>', 'only these clusters, separated by commas')
    .option('-y, --yes', 'join clusters of your own without asking')
    .option('--gateway <url>', 'no database: dial in to this gateway, over https')
    .option('--token-file <file>', 'with --gateway: the token of its credential')
    .option('--ca-file <file>', 'with --gateway: certificates (PEM) of an authority of your own')
    .action(async (flags: Flags) => {
      const { readSettings } = await import('../processes/settings.ts')
      const { gateway, tokenFile, caFile } = flags
      if (gateway === undefined) {
        if (tokenFile ?? caFile)
          throw new UsageError({
            en: '--token-file and --ca-file are for a worker with --gateway.',
            nl: '--token-file en --ca-file zijn voor een worker met --gateway.',
          })
        const { worker } = await import('../processes/worker.ts')
        await serve(cli.terminal, async () => worker(await readSettings(flags)))
        return
      }
      if (tokenFile === undefined)
        throw new UsageError({
          en: 'A worker with --gateway shows a credential: give --token-file. kade worker-credentials create makes one.',
          nl: 'Een worker met --gateway toont een toegangssleutel: geef --token-file. kade worker-credentials create maakt er een.',
        })
      const { regionalWorker } = await import('../processes/regional-worker.ts')
      await serve(cli.terminal, async () =>
        regionalWorker(await readSettings(flags), { url: gateway, tokenFile, caFile }),
      )
    })
}
