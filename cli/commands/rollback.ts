import { type Command, Option } from 'commander'
import type { Client } from '#api/client.ts'
import { type Cli, follow, type WaitFlags, withWait } from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { parseTarget } from '../input.ts'
import { UsageError } from '../terminal.ts'

type Flags = WaitFlags & { configuration: 'then' | 'now'; reason?: string }

export function registerRollback(program: Command, cli: Cli): void {
  const command = program
    .command('rollback <deployment> [revision]')
    .description('go back to an earlier revision; the last one that worked when none is named')
    .addOption(
      new Option('--configuration <when>', 'take secrets and bindings as they were, or are')
        .choices(['then', 'now'])
        .default('now'),
    )
    .option('--reason <text>', 'why; kept with the revision')
  withWait(command).action(async (target: string, revision: string | undefined, flags: Flags) => {
    const params = parseTarget(target)
    const connection = await cli.connect()
    const number = revision ? numberOf(revision) : await lastGood(connection.client, params)
    const started = await connection.client.rollbackDeployment({
      params,
      body: {
        revision: number,
        configuration: flags.configuration,
        ...(flags.reason ? { reason: flags.reason } : {}),
      },
      idempotencyKey: newIdempotencyKey(),
    })
    await follow(cli, connection, started, flags)
  })
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError({
    en: `"${text}" is no revision: they are numbered from 1.`,
    nl: `"${text}" is geen revisie: ze zijn genummerd vanaf 1.`,
  })
}

async function lastGood(
  client: Client,
  params: { namespace: string; name: string },
): Promise<number> {
  const { revision } = await client.readDeployment({ params })
  const { items } = await client.listRevisions({ params, query: { limit: 200 } })
  const good = items.find(one => one.number < revision && one.result === 'succeeded')
  if (good) return good.number
  const it = `${params.namespace}/${params.name}`
  throw new UsageError({
    en: `${it} has no earlier revision that worked.`,
    nl: `${it} heeft geen eerdere revisie die werkte.`,
  })
}
