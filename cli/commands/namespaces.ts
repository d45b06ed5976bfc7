import { setTimeout as delay } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { Namespace } from '#api/clusters.ts'
import { type Environment, Environment as Environments } from '#api/names.ts'
import {
  type Cli,
  collect,
  type OutputFlags,
  print,
  type WaitFlags,
  withOutput,
  withWait,
} from '../command.ts'
import { type Connection, newIdempotencyKey } from '../connection.ts'
import { exit } from '../exit.ts'
import { table } from '../render.ts'
import { tell } from '../terminal.ts'
import { word } from '../words.ts'

type SpreadFlags = WaitFlags & { cluster?: string[] }
type CreateFlags = SpreadFlags & { environment: Environment; team?: string }

export function registerNamespaces(program: Command, cli: Cli): void {
  const namespaces = program.command('namespaces').description('the namespaces you may use')
  const list = namespaces.command('list', { isDefault: true }).description('list them')
  withOutput(list).action(async (flags: OutputFlags) => {
    const { client } = await cli.connect()
    const page = await client.listNamespaces({ query: { limit: 200 } })
    print(cli, flags, page, namespaceLines(cli, page.items))
  })
  const create = namespaces
    .command('create <name>')
    .description('have a namespace prepared on its clusters')
    .addOption(
      new Option('--environment <environment>', 'its defaults, limits and rules')
        .choices(Environments.options)
        .default('dev'),
    )
    .option('--team <team>', 'the team that owns it; yours when absent')
    .option('--cluster <cluster>', 'where; all clusters when absent', collect)
  withWait(create).action((name: string, flags: CreateFlags) => createNamespace(cli, name, flags))
  const spread = namespaces
    .command('spread <name>')
    .description('have a namespace prepared on more clusters')
    .option('--cluster <cluster>', 'where; all when absent, and those that join later', collect)
  withWait(spread).action((name: string, flags: SpreadFlags) => spreadNamespace(cli, name, flags))
}

async function createNamespace(cli: Cli, name: string, flags: CreateFlags): Promise<void> {
  const connection = await cli.connect()
  const { environment, team, cluster } = flags
  const namespace = await connection.client.createNamespace({
    body: {
      name,
      environment,
      ...(team ? { team } : {}),
      ...(cluster ? { clusters: cluster } : {}),
    },
    idempotencyKey: newIdempotencyKey(),
  })
  await tellPrepared(cli, connection, namespace, flags)
}

async function spreadNamespace(cli: Cli, name: string, flags: SpreadFlags): Promise<void> {
  const connection = await cli.connect()
  const namespace = await connection.client.spreadNamespace({
    params: { namespace: name },
    body: flags.cluster ? { clusters: flags.cluster } : {},
    idempotencyKey: newIdempotencyKey(),
  })
  await tellPrepared(cli, connection, namespace, flags)
}

async function tellPrepared(
  cli: Cli,
  connection: Connection,
  asked: Namespace,
  flags: WaitFlags,
): Promise<void> {
  const namespace = flags.wait ? await untilPrepared(connection, asked.name, flags.timeout) : asked
  print(cli, flags, namespace, namespaceLines(cli, [namespace]))
  if (!flags.wait) return
  const states = namespace.clusters.map(({ state }) => state)
  if (states.includes('failed')) cli.exit(exit.failed)
  else if (states.includes('preparing')) cli.exit(exit.deadline)
}

async function untilPrepared(
  { client }: Connection,
  namespace: string,
  timeoutMs: number,
): Promise<Namespace> {
  const until = Date.now() + timeoutMs
  for (;;) {
    const found = await client.readNamespace({ params: { namespace } })
    const waiting = found.clusters.some(({ state }) => state === 'preparing')
    if (!waiting || Date.now() >= until) return found
    await delay(500)
  }
}

function namespaceLines({ terminal }: Cli, items: readonly Namespace[]): string[] {
  const rows = items.map(({ name, environment, team, clusters, bounds }) => [
    name,
    environment,
    team,
    clusters.map(one => `${one.name} ${word(terminal, one.state)}`).join(', '),
    `${bounds.cpu} CPU, ${bounds.memory}, ${bounds.deployments} ${tell(terminal, { en: 'deployments', nl: 'uitrollen' })}`,
  ])
  return table(terminal, ['NAMESPACE', 'ENVIRONMENT', 'TEAM', 'CLUSTERS', 'BOUNDS'], rows)
}
