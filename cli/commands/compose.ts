import { type Command, Option } from 'commander'
import { ProblemError } from '#api/client.ts'
import type { Composition, CompositionOperations, CompositionPreview } from '#api/compositions.ts'
import {
  type Cli,
  collect,
  type OutputFlags,
  print,
  type WaitFlags,
  withOutput,
  withWait,
} from '../command.ts'
import { compositionKey, readComposition } from '../composition-file.ts'
import { newIdempotencyKey } from '../connection.ts'
import { exit } from '../exit.ts'
import { followAll } from '../follow-all.ts'
import { ago, clean, findingLines, table } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'
import { simulatedMark, word } from '../words.ts'

type SecretFlags = { secret?: string[] }
type DeleteFlags = WaitFlags & { data: 'keep' | 'delete'; yes?: true }

const secretOption = [
  '--secret <member.name=@file>',
  'a secret of a member, from a file or with - from standard input',
] as const

export function registerCompose(program: Command, cli: Cli): void {
  const compose = program
    .command('compose')
    .description('several apps together, in the order of what they need')
  withOutput(
    compose
      .command('preview <file>')
      .description('judge all members at once, and change nothing')
      .option(...secretOption, collect),
  ).action((file: string, flags: OutputFlags & SecretFlags) => preview(cli, file, flags))
  withWait(
    compose
      .command('up <file>')
      .description('deploy what the file says, or change what is there into that')
      .option(...secretOption, collect),
  ).action((file: string, flags: WaitFlags & SecretFlags) => up(cli, file, flags))
  withOutput(
    compose.command('status <composition>').description('its members in order, and what waits'),
  ).action((target: string, flags: OutputFlags) => status(cli, target, flags))
  withWait(
    compose
      .command('delete <composition>')
      .description('delete all members in reverse order; their data stays unless you say otherwise')
      .addOption(
        new Option('--data <what>', 'what becomes of their volumes')
          .choices(['keep', 'delete'])
          .default('keep'),
      )
      .option('-y, --yes', 'do not ask'),
  ).action((target: string, flags: DeleteFlags) => remove(cli, target, flags))
}

async function preview(cli: Cli, file: string, flags: OutputFlags & SecretFlags): Promise<void> {
  const body = await readComposition(cli.terminal, file, flags.secret)
  const { client } = await cli.connect()
  const answer = await client.previewComposition({ body })
  print(cli, flags, answer, previewLines(cli, answer))
  if (!answer.allowed) cli.exit(exit.refused)
}

const mayBegin = { en: 'Nothing stands in the way.', nl: 'Niets staat in de weg.' }
const mayNot = {
  en: '→ Correct what is listed, and preview again.',
  nl: '→ Verbeter wat hier staat en vraag een nieuw voorbeeld.',
}

function previewLines(
  { terminal }: Cli,
  { allowed, members, violations, findings }: CompositionPreview,
): string[] {
  const rows = members.map(({ name, app, change, uses }) => [
    name,
    app,
    word(terminal, change),
    uses.join(', '),
  ])
  return [
    ...table(terminal, ['MEMBER', 'APP', 'CHANGE', 'AFTER'], rows),
    ...violations.map(({ pointer, detail }) => `✗ ${pointer}: ${clean(tell(terminal, detail))}`),
    ...findings.flatMap(finding => findingLines(terminal, finding)),
    tell(terminal, allowed ? mayBegin : mayNot),
  ]
}

async function up(cli: Cli, file: string, flags: WaitFlags & SecretFlags): Promise<void> {
  const body = await readComposition(cli.terminal, file, flags.secret)
  const connection = await cli.connect()
  const { client } = connection
  const { namespace, name, ...wish } = body
  const params = { namespace, name }
  const idempotencyKey = newIdempotencyKey()
  const there = await client.readComposition({ params }).catch(error => {
    if (error instanceof ProblemError && error.problem.code === 'not-found') return null
    throw error
  })
  const started = there
    ? await client.updateComposition({ params, body: wish, idempotencyKey })
    : await client.createComposition({ body, idempotencyKey })
  await follow(cli, connection, started, flags)
}

async function status(cli: Cli, target: string, flags: OutputFlags): Promise<void> {
  const params = await compositionKey(cli.terminal, target)
  const { client } = await cli.connect()
  const composition = await client.readComposition({ params })
  print(cli, flags, composition, statusLines(cli, composition))
}

function statusLines({ terminal }: Cli, composition: Composition): string[] {
  const { namespace, name, environment, state, members } = composition
  const says = (said: string) => word(terminal, said)
  const rows = members.map(({ uses, deployment }) => [
    deployment.name,
    deployment.app,
    says(deployment.health.state) + simulatedMark(terminal, deployment),
    `${says(deployment.operation.kind)} ${says(deployment.operation.step ?? deployment.operation.state)}`,
    uses.join(', '),
    ago(deployment.createdAt),
  ])
  const said = members.flatMap(({ deployment: { name: member, operation } }) =>
    [...(operation.waitsFor ?? []), ...(operation.cause ? [operation.cause] : [])].map(
      ({ message }) => `${member}: ${clean(tell(terminal, message))}`,
    ),
  )
  return [
    `${namespace}/${name}: ${says(state)}, ${environment}`,
    ...table(terminal, ['MEMBER', 'APP', 'HEALTH', 'LAST OPERATION', 'USES', 'AGE'], rows),
    ...said,
  ]
}

async function remove(cli: Cli, target: string, flags: DeleteFlags): Promise<void> {
  const params = await compositionKey(cli.terminal, target)
  const label = `${params.namespace}/${params.name}`
  if (cli.terminal.interactive && !flags.yes) {
    const all = flags.data === 'delete'
    const asked = tell(cli.terminal, {
      en: `This deletes all members of ${label}${all ? ' AND ALL THEIR DATA' : ''}. Type "${params.name}" to go on: `,
      nl: `Dit verwijdert alle leden van ${label}${all ? ' EN AL HUN GEGEVENS' : ''}. Typ "${params.name}" om door te gaan: `,
    })
    if ((await cli.terminal.ask(asked)).trim() !== params.name)
      throw new UsageError({
        en: 'That is another name; nothing was deleted.',
        nl: 'Dat is een andere naam; er is niets verwijderd.',
      })
  }
  const connection = await cli.connect()
  const started = await connection.client.deleteComposition({
    params,
    query: { data: flags.data },
    idempotencyKey: newIdempotencyKey(),
  })
  await follow(cli, connection, started, flags)
}

async function follow(
  cli: Cli,
  connection: Awaited<ReturnType<Cli['connect']>>,
  started: CompositionOperations,
  flags: WaitFlags,
): Promise<void> {
  const { namespace, name } = started
  if (started.operations.length === 0) {
    print(cli, flags, started, [
      tell(cli.terminal, {
        en: `Nothing is to be done for ${namespace}/${name}.`,
        nl: `Er is niets te doen voor ${namespace}/${name}.`,
      }),
    ])
    return
  }
  const how = tell(cli.terminal, { en: 'Follow it with', nl: 'Volg het met' })
  const hint = `${how}: kade compose status ${namespace}/${name}`
  await followAll(cli, connection, started, hint, flags)
}
