import type { Command } from 'commander'
import { Binding, type Deployment } from '#api/deployments.ts'
import { givenIn } from '#api/given.ts'
import { type Cli, follow, type WaitFlags, withWait } from '../command.ts'
import { type ConfigurationFlags, configurationOf, withConfiguration } from '../configuration.ts'
import { newIdempotencyKey } from '../connection.ts'
import { parseTarget } from '../input.ts'
import { showPreview } from '../preview.ts'
import { leaveOf } from './move.ts'

type Flags = ConfigurationFlags & WaitFlags & { data?: string; dryRun?: true; preview?: string }

export function registerUpdate(program: Command, cli: Cli): void {
  const command = program
    .command('update <deployment>')
    .description('change what you name, keep the rest')
    .option('--data <leave>', 'leave: agree that its data stays on the clusters it leaves')
    .option('--dry-run', 'show what would happen, and change nothing')
    .option('--preview <hash>', 'apply only what the preview of this hash showed')
  withWait(withConfiguration(command)).action((target: string, flags: Flags) =>
    update(cli, target, flags),
  )
}

/** Reads the deployment, lays the flags over it, and replaces it only if nobody changed it in between. */
async function update(cli: Cli, target: string, flags: Flags): Promise<void> {
  const data = leaveOf(flags.data)
  const params = parseTarget(target)
  const connection = await cli.connect()
  const { client } = connection
  const current = await client.readDeployment({ params })
  const { app } = current
  const configuration = await configurationOf(cli.terminal, client, app, flags, {
    ...asInput(current),
    ...wishOf(current, flags),
  })
  const body = { ...configuration, ...(data && { data }) }
  if (flags.dryRun) {
    showPreview(cli, flags, await client.previewDeployment({ body: { app, ...params, ...body } }))
    return
  }
  const started = await client.updateDeployment({
    params,
    body: { ...body, ...(flags.preview ? { preview: flags.preview } : {}) },
    ifMatch: current.etag,
    idempotencyKey: newIdempotencyKey(),
  })
  await follow(cli, connection, started, flags)
}

/** What was given to a deployment, as an update takes it. Secrets that are not named stay as they are. */
function asInput({ desired, version }: Deployment) {
  const bindings = Object.entries(desired.bindings ?? {}).flatMap(([need, value]) => {
    const binding = Binding.safeParse(value)
    return binding.success ? [[need, binding.data] as const] : []
  })
  return {
    version,
    ...givenIn(desired),
    ingress: desired.ingress,
    ...(bindings.length > 0 ? { bindings: Object.fromEntries(bindings) } : {}),
  }
}

/** What was wished of its place, where the flags change a part of that: an update has it whole, or as it was. */
function wishOf({ placement }: Deployment, flags: Flags) {
  const { region, clusters, divide, wave, healthyFor, approveWaves } = flags
  const isChanged = [region, clusters, divide, wave, healthyFor, approveWaves].some(
    one => one !== undefined,
  )
  return isChanged && placement?.wish ? { placement: placement.wish } : {}
}
