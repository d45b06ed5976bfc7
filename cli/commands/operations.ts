import type { Command } from 'commander'
import { OperationState } from '#api/operations.ts'
import {
  type Cli,
  follow,
  type OutputFlags,
  print,
  type WaitFlags,
  withOutput,
  withWait,
} from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { ago, moreLine, operationLines, table } from '../render.ts'
import { UsageError } from '../terminal.ts'
import { word } from '../words.ts'

type Flags = OutputFlags & { namespace?: string; state?: string; limit: string; cursor?: string }

export function registerOperations(program: Command, cli: Cli): void {
  const operations = program
    .command('operations')
    .description('what was done, and what is going on')
  const list = operations
    .command('list', { isDefault: true })
    .description('operations, newest first')
    .option('-n, --namespace <namespace>', 'of one namespace')
    .option('--state <state>', `one of ${OperationState.options.join(', ')}`)
    .option('--limit <count>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(list).action((flags: Flags) => listOperations(cli, flags))

  withOutput(operations.command('show <id>').description('one operation')).action(
    async (operation: string, flags: OutputFlags) => {
      const { client } = await cli.connect()
      const found = await client.readOperation({ params: { operation } })
      print(cli, flags, found, operationLines(cli.terminal, found))
    },
  )
  withOutput(operations.command('cancel <id>').description('stop it before its next step')).action(
    async (operation: string, flags: OutputFlags) => {
      const { client } = await cli.connect()
      const idempotencyKey = newIdempotencyKey()
      const asked = await client.cancelOperation({
        params: { operation },
        idempotencyKey,
      })
      print(cli, flags, asked, operationLines(cli.terminal, asked))
    },
  )
  const go = operations
    .command('continue <id>')
    .description('let its next wave of clusters begin, where that waits for a person')
  withWait(go).action(async (operation: string, flags: WaitFlags) => {
    const connection = await cli.connect()
    const idempotencyKey = newIdempotencyKey()
    const params = { operation }
    const { waves } = await connection.client.readOperation({ params })
    // Of an operation without waves the answer says that none waits.
    const body = { wave: waves?.current ?? 1 }
    const found = await connection.client.continueOperation({ params, body, idempotencyKey })
    await follow(cli, connection, found, flags)
  })
  const retry = operations
    .command('retry <id>')
    .description('do again what failed, or consent to what was asked')
    .option('--consent <digest>', 'agree with exactly what the operation asks')
  withWait(retry).action(async (operation: string, flags: WaitFlags & { consent?: string }) => {
    const connection = await cli.connect()
    const idempotencyKey = newIdempotencyKey()
    const { consent } = flags
    const started = await connection.client.retryOperation({
      params: { operation },
      ...(consent === undefined ? {} : { body: { consent } }),
      idempotencyKey,
    })
    await follow(cli, connection, started, flags)
  })
  withWait(operations.command('wait <id>').description('wait for its end')).action(
    async (operation: string, flags: WaitFlags) => {
      const connection = await cli.connect()
      const found = await connection.client.readOperation({ params: { operation } })
      await follow(cli, connection, found, { ...flags, wait: true })
    },
  )
}

async function listOperations(cli: Cli, flags: Flags): Promise<void> {
  const state = OperationState.safeParse(flags.state)
  if (flags.state !== undefined && !state.success) {
    const states = OperationState.options.join(', ')
    throw new UsageError({
      en: `"${flags.state}" is no state: ${states}.`,
      nl: `"${flags.state}" is geen toestand: ${states}.`,
    })
  }
  const { client } = await cli.connect()
  const page = await client.listOperations({
    query: {
      limit: flags.limit,
      ...(flags.cursor ? { cursor: flags.cursor } : {}),
      ...(flags.namespace ? { namespace: flags.namespace } : {}),
      ...(state.success ? { state: state.data } : {}),
    },
  })
  const rows = page.items.map(one => [
    one.id,
    `${one.namespace}/${one.name}`,
    word(cli.terminal, one.kind),
    word(cli.terminal, one.state),
    ago(one.requestedAt),
    one.via,
  ])
  const more = page.next ? [moreLine(cli.terminal, `kade operations --cursor ${page.next}`)] : []
  print(cli, flags, page, [
    ...table(cli.terminal, ['ID', 'DEPLOYMENT', 'KIND', 'STATE', 'AGE', 'VIA'], rows),
    ...more,
  ])
}
