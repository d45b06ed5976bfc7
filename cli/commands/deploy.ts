import type { Command } from 'commander'
import { type Cli, follow, type WaitFlags, withWait } from '../command.ts'
import { type ConfigurationFlags, configurationOf, withConfiguration } from '../configuration.ts'
import { newIdempotencyKey } from '../connection.ts'
import { type FailoverFlags, failoverOf, withFailover } from '../failover-flags.ts'
import { showPreview } from '../preview.ts'

type Flags = ConfigurationFlags &
  FailoverFlags &
  WaitFlags & { namespace: string; name?: string; dryRun?: true; preview?: string }

export function registerDeploy(program: Command, cli: Cli): void {
  const command = program
    .command('deploy <app>')
    .description('deploy an app from the catalogue')
    .requiredOption('-n, --namespace <namespace>', 'the namespace to deploy into')
    .option('--name <name>', 'name of the deployment; the app by default')
    .option('--dry-run', 'show what would happen, and change nothing')
    .option('--preview <hash>', 'apply only what the preview of this hash showed')
  withWait(withFailover(withConfiguration(command))).action((app: string, flags: Flags) =>
    deploy(cli, app, flags),
  )
}

async function deploy(cli: Cli, app: string, flags: Flags): Promise<void> {
  const connection = await cli.connect()
  const { client } = connection
  const configuration = await configurationOf(cli.terminal, client, app, flags)
  const body = {
    app,
    namespace: flags.namespace,
    name: flags.name ?? app,
    ...configuration,
    ...failoverOf(flags),
  }
  if (flags.dryRun) {
    showPreview(cli, flags, await client.previewDeployment({ body }))
    return
  }
  const started = await client.createDeployment({
    body: { ...body, ...(flags.preview ? { preview: flags.preview } : {}) },
    idempotencyKey: newIdempotencyKey(),
  })
  await follow(cli, connection, started, flags)
}
