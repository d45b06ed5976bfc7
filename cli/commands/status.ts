import type { Command } from 'commander'
import type { Deployment } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseTarget } from '../input.ts'
import { originLines } from '../origins.ts'
import { keptLines, placedLines, placeLines } from '../placement.ts'
import { ago, clean, operationLines } from '../render.ts'
import { tell } from '../terminal.ts'
import { simulatedMark, word } from '../words.ts'

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
  const says = (said: Text) => tell(cli.terminal, said)
  return [
    `${namespace}/${name}: ${app} ${version}, ${environment}, ${says({ en: 'on', nl: 'op' })} ${clusters.join(', ')}`,
    ...placedLines(cli.terminal, deployment),
    ...placeLines(cli.terminal, deployment),
    ...keptLines(cli.terminal, deployment),
    `${word(cli.terminal, health.state)}${simulatedMark(cli.terminal, deployment)} ${says({ en: 'since', nl: 'sinds' })} ${ago(health.since)}${reason}`,
    says(revisionText(desired, applied, deployment.drift)),
    ...(desired.origins ? originLines(cli.terminal, desired, desired.origins, environment) : []),
    ...(deployment.url ? [deployment.url] : []),
    ...operationLines(cli.terminal, operation),
  ]
}

/** Which revision is wanted, how far it is applied, and whether somebody changed it by hand. */
function revisionText(
  { revision, replicas }: Deployment['desired'],
  applied: Deployment['applied'],
  drift: boolean,
): Text {
  const behind =
    applied?.revision === revision
      ? { en: 'applied', nl: 'toegepast' }
      : applied
        ? {
            en: `wanted; applied is ${applied.revision}`,
            nl: `gewenst; toegepast is ${applied.revision}`,
          }
        : { en: 'wanted; nothing is applied yet', nl: 'gewenst; er is nog niets toegepast' }
  return {
    en: `revision ${revision} ${behind.en}, ${replicas} replicas${drift ? ', changed by hand since' : ''}`,
    nl: `revisie ${revision} ${behind.nl}, ${replicas} replica’s${drift ? ', sindsdien met de hand gewijzigd' : ''}`,
  }
}
