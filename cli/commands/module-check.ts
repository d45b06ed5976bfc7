import { type Command, InvalidArgumentError } from 'commander'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { exit } from '../exit.ts'
import { reportLines } from '../module/report.ts'

type Flags = OutputFlags & { update?: true; runs: number; seed?: number; kubeconfig?: string }

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a whole number.')
}

export function registerModuleCheck(module: Command, cli: Cli): void {
  const command = module
    .command('check <module>')
    .description(
      'everything that is wrong with a module, at once: the file of an app or its folder; or, evaluated in the sandbox alone, a packed package (.tgz), the name of a package, or a Git address',
    )
    .option('--update', 'write golden.<environment>.yaml from what it renders now')
    .option('--runs <number>', 'how many random settings to try', count, 100)
    .option('--seed <number>', 'try the same random settings again', count)
    .option('--kubeconfig <file>', 'the cluster to ask; that of kade up when absent')
  withOutput(command).action(async (given: string, flags: Flags) => {
    // Loaded only now: every other command starts without it.
    const [{ checkSource }, { fetchSource }] = await Promise.all([
      import('../module/check.ts'),
      import('../module/fetch-source.ts'),
    ])
    const source = await fetchSource(given)
    const report = await checkSource(source, {
      seed: flags.seed ?? Math.trunc(Math.random() * 1e9),
      runs: flags.runs,
      update: flags.update ?? false,
      server: { kubeconfig: flags.kubeconfig ?? null, env: cli.terminal.env },
    }).finally(source.close)
    print(cli, flags, report, reportLines(report))
    if (!report.ok) cli.exit(exit.refused)
  })
}
