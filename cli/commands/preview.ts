import type { Command } from 'commander'
import { type Cli, type OutputFlags, withOutput } from '../command.ts'
import { type ConfigurationFlags, configurationOf, withConfiguration } from '../configuration.ts'
import { type FailoverFlags, failoverOf, withFailover } from '../failover-flags.ts'
import { showPreview } from '../preview.ts'

type Flags = ConfigurationFlags & FailoverFlags & OutputFlags & { namespace: string; name?: string }

export function registerPreview(program: Command, cli: Cli): void {
  const command = program
    .command('preview <app>')
    .description('show findings, fixes and changes before anything happens')
    .requiredOption('-n, --namespace <namespace>', 'the namespace it would go into')
    .option('--name <name>', 'name of the deployment; the app by default')
  withOutput(withFailover(withConfiguration(command))).action(async (app: string, flags: Flags) => {
    const { client } = await cli.connect()
    const configuration = await configurationOf(cli.terminal, client, app, flags)
    const body = {
      app,
      namespace: flags.namespace,
      name: flags.name ?? app,
      ...configuration,
      ...failoverOf(flags),
    }
    showPreview(cli, flags, await client.previewDeployment({ body }))
  })
}
