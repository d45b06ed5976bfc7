import type { Command } from 'commander'
import { type Approval, type ApprovalDetail, ApprovalState } from '#api/approvals.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { type ConfigurationFlags, configurationOf, withConfiguration } from '../configuration.ts'
import { newIdempotencyKey } from '../connection.ts'
import { objectChangeLines } from '../preview.ts'
import { ago, clean, findingLines, moreLine, oneLine, table } from '../render.ts'
import { type Terminal, tell, UsageError } from '../terminal.ts'
import { word } from '../words.ts'

type ListFlags = OutputFlags & {
  namespace?: string
  state?: string
  limit: string
  cursor?: string
}
type RequestFlags = ConfigurationFlags &
  OutputFlags & { policy: string; namespace: string; name?: string; reason: string; until?: string }

/** `kade approvals`: what was asked of those who decide, and what they said. */
export function registerApprovals(program: Command, cli: Cli): void {
  const approvals = program
    .command('approvals')
    .description('exceptions to policies: ask for one, and decide')
  const list = approvals
    .command('list', { isDefault: true })
    .description('requests for approval, newest first')
    .option('-n, --namespace <namespace>', 'of one namespace')
    .option('--state <state>', `one of ${ApprovalState.options.join(', ')}`)
    .option('--limit <count>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(list).action((flags: ListFlags) => listApprovals(cli, flags))

  const request = approvals
    .command('request <app>')
    .description('ask for an exception to a policy, for exactly this deployment')
    .requiredOption('--policy <policy>', 'the policy that stands in the way')
    .requiredOption('-n, --namespace <namespace>', 'the namespace it would go into')
    .requiredOption('--why <reason>', 'why it should be let through')
    .option('--name <name>', 'name of the deployment; the app by default')
    .option('--until <day>', 'its last day, such as 2027-02-28; 90 days from now when absent')
  withOutput(withConfiguration(request)).action(
    (app: string, flags: RequestFlags & { why: string }) => ask(cli, app, flags),
  )

  withOutput(
    approvals.command('show <id>').description('all that was shown, and whether you may decide'),
  ).action(async (approval: string, flags: OutputFlags) => {
    const { client } = await cli.connect()
    const found = await client.readApproval({ params: { approval } })
    print(cli, flags, found, detailLines(cli.terminal, found))
  })
  withOutput(
    approvals
      .command('approve <id>')
      .description('consent to exactly what was shown')
      .requiredOption('--shown <digest>', 'its digest, from kade approvals show')
      .option('--reason <reason>', 'why'),
  ).action(async (approval: string, flags: OutputFlags & { shown: string; reason?: string }) => {
    const { client } = await cli.connect()
    const { shown, reason } = flags
    const body = { shown, ...(reason === undefined ? {} : { reason }) }
    const idempotencyKey = newIdempotencyKey()
    const found = await client.giveApproval({ params: { approval }, body, idempotencyKey })
    print(cli, flags, found, [summary(cli.terminal, found)])
  })
  withOutput(
    approvals
      .command('refuse <id>')
      .description('say no')
      .requiredOption('--reason <reason>', 'why'),
  ).action(async (approval: string, flags: OutputFlags & { reason: string }) => {
    const { client } = await cli.connect()
    const body = { reason: flags.reason }
    const idempotencyKey = newIdempotencyKey()
    const found = await client.refuseApproval({ params: { approval }, body, idempotencyKey })
    print(cli, flags, found, [summary(cli.terminal, found)])
  })
  withOutput(
    approvals
      .command('withdraw <id>')
      .description('take back what you asked, or the consent that you may give')
      .option('--reason <reason>', 'why'),
  ).action(async (approval: string, flags: OutputFlags & { reason?: string }) => {
    const { client } = await cli.connect()
    const body = flags.reason === undefined ? {} : { reason: flags.reason }
    const idempotencyKey = newIdempotencyKey()
    const found = await client.withdrawApproval({ params: { approval }, body, idempotencyKey })
    print(cli, flags, found, [summary(cli.terminal, found)])
  })
}

async function listApprovals(cli: Cli, flags: ListFlags): Promise<void> {
  const state = ApprovalState.safeParse(flags.state)
  if (flags.state !== undefined && !state.success)
    throw new UsageError({
      en: `"${flags.state}" is no state: ${ApprovalState.options.join(', ')}.`,
      nl: `"${flags.state}" is geen toestand: ${ApprovalState.options.join(', ')}.`,
    })
  const { client } = await cli.connect()
  const { limit, cursor, namespace } = flags
  const page = await client.listApprovals({
    query: {
      limit,
      ...(cursor ? { cursor } : {}),
      ...(namespace ? { namespace } : {}),
      ...(state.success ? { state: state.data } : {}),
    },
  })
  const rows = page.items.map(one => [
    one.id,
    `${one.namespace}/${one.deployment}`,
    one.policy,
    word(cli.terminal, one.state),
    one.until.slice(0, 10),
    ago(one.requestedAt),
  ])
  const more = page.next ? [moreLine(cli.terminal, `kade approvals --cursor ${page.next}`)] : []
  print(cli, flags, page, [
    ...table(cli.terminal, ['ID', 'DEPLOYMENT', 'POLICY', 'STATE', 'VALID UNTIL', 'AGE'], rows),
    ...more,
  ])
}

async function ask(cli: Cli, app: string, flags: RequestFlags & { why: string }): Promise<void> {
  const { client } = await cli.connect()
  const configuration = await configurationOf(cli.terminal, client, app, flags)
  const { namespace, name = app, policy, why: reason, until } = flags
  const found = await client.requestApproval({
    body: {
      deployment: { app, namespace, name, ...configuration },
      ...{ policy, reason },
      ...(until === undefined ? {} : { until }),
    },
    idempotencyKey: newIdempotencyKey(),
  })
  const follow = tell(cli.terminal, { en: 'Follow it with', nl: 'Volg het met' })
  print(cli, flags, found, [
    summary(cli.terminal, found),
    `${follow}: kade approvals show ${found.id}`,
  ])
}

function summary(terminal: Terminal, one: Approval): string {
  const what = tell(terminal, { en: 'exception to', nl: 'uitzondering op' })
  return `${one.namespace}/${one.deployment}, ${what} ${one.policy}: ${word(terminal, one.state)}`
}

function detailLines(terminal: Terminal, found: ApprovalDetail): string[] {
  const { what, decision, mine, said, shown, id } = found
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const { target, resources } = what
  return [
    summary(terminal, found),
    `${says('asked by', 'gevraagd door')} ${clean(found.requestedBy.name)}, ${ago(found.requestedAt)}: ${clean(oneLine(found.reason))}`,
    `${says('until', 'tot')} ${found.until.slice(0, 10)}, ${says('decided by', 'beslist door')}: ${found.approver}`,
    `${target.app} ${target.version} ${says('on', 'op')} ${target.clusters.join(', ')} (${target.environment})`,
    ...what.findings.flatMap(finding => findingLines(terminal, finding)),
    ...objectChangeLines(terminal, what.changes),
    says(
      `Takes CPU ${resources.cpu}, memory ${resources.memory}, storage ${resources.storage}.`,
      `Neemt CPU ${resources.cpu}, geheugen ${resources.memory}, opslag ${resources.storage}.`,
    ),
    ...(decision
      ? [
          decision.alone
            ? says(
                `Decided by ${clean(decision.by.name)} alone: approved by nobody else, no other account could.`,
                `Beslist door ${clean(decision.by.name)} alleen: door niemand anders goedgekeurd, geen ander account kon het.`,
              )
            : `${says('Decided by', 'Beslist door')} ${clean(decision.by.name)} (${decision.as}), ${ago(decision.at)}`,
        ]
      : []),
    ...(said ? [clean(oneLine(said))] : []),
    ...(mine.why ? [clean(tell(terminal, mine.why))] : []),
    ...(mine.mayDecide
      ? [
          `→ kade approvals approve ${id} --shown ${shown}`,
          `→ kade approvals refuse ${id} --reason <${says('why', 'waarom')}>`,
        ]
      : []),
  ]
}
