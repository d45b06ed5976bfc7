import type { Command } from 'commander'
import type { Deployment } from '#api/deployments.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseTarget } from '../input.ts'
import { originLines } from '../origins.ts'
import { ago, clean, operationLines } from '../render.ts'
import { tell } from '../terminal.ts'

export function registerStatus(program: Command, cli: Cli): void {
  const command = program.command('status <deployment>').description('how a deployment is')
  withOutput(command).action(async (target: string, flags: OutputFlags) => {
    const params = parseTarget(target)
    const { client } = await cli.connect()
    const deployment = await client.readDeployment({ params })
    print(cli, flags, deployment, statusLines(cli, deployment))
  })
}

function statusLines(cli: Cli, deployment: Deployment): string[] {
  const { namespace, name, app, version, environment, clusters, health, desired, applied } =
    deployment
  const { id, actor, ...rest } = deployment.operation
  const operation = {
    ...rest,
    id,
    actor,
    namespace,
    name,
    deployment: deployment.id,
    app,
    revision: null,
  }
  const reason = health.reason ? `: ${clean(tell(cli.terminal, health.reason))}` : ''
  const behind =
    applied?.revision === desired.revision
      ? 'applied'
      : applied
        ? `wanted; applied is ${applied.revision}`
        : 'wanted; nothing is applied yet'
  return [
    `${namespace}/${name}: ${app} ${version}, ${environment}, on ${clusters.join(', ')}`,
    `${health.state}${simulated(deployment)} since ${ago(health.since)}${reason}`,
    `revision ${desired.revision} ${behind}, ${desired.replicas} replicas${deployment.drift ? ', changed by hand since' : ''}`,
    ...(desired.origins ? originLines(desired, desired.origins, environment) : []),
    ...(deployment.url ? [deployment.url] : []),
    ...operationLines(cli.terminal, operation),
  ]
}

/** Said wherever a state comes from nodes that only play one. */
export function simulated(deployment: Pick<Deployment, 'simulated'>): string {
  return deployment.simulated ? ' (simulated)' : ''
}
