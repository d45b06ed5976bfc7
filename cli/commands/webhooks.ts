import type { Command } from 'commander'
import type { Client } from '#api/client.ts'
import {
  type NewWebhook,
  type Webhook,
  type WebhookDelivery,
  webhookEvents,
} from '#api/webhooks.ts'
import { type Cli, collect, type OutputFlags, print, withOutput } from '../command.ts'
import { parseDuration } from '../input.ts'
import { ago, clean, table } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'
import { word } from '../words.ts'

type Filter = { event?: string[]; namespace?: string[] }
type AddFlags = OutputFlags & Filter & { team?: string }
type ChangeFlags = OutputFlags &
  Filter & { url?: string; enable?: true; disable?: true; allEvents?: true; allNamespaces?: true }
type RotateFlags = OutputFlags & { oldFor?: number }
type ReplayFlags = OutputFlags & { delivery?: string; since?: number }

/** `kade webhooks`: where the events of a team are sent. A webhook is named by its name or its id. */
export function registerWebhooks(program: Command, cli: Cli): void {
  const webhooks = program.command('webhooks').description('where the events of your team are sent')
  withOutput(webhooks.command('list', { isDefault: true }).description('list them')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listWebhooks({ query: { limit: 200 } })
      print(cli, flags, page, webhookLines(cli, page.items))
    },
  )
  withFilter(
    webhooks
      .command('add <name> <url>')
      .description('send events to an address; prints the signing secret, this once')
      .option('--team <team>', 'whose events; yours when absent'),
  ).action((name: string, url: string, flags: AddFlags) => add(cli, name, url, flags))
  withFilter(
    webhooks
      .command('change <webhook>')
      .description('change what it is sent, and where')
      .option('--url <url>', 'the new address')
      .option('--all-events', 'of every name again')
      .option('--all-namespaces', 'of every namespace of the team again')
      .option('--enable', 'send again, after it was disabled')
      .option('--disable', 'send nothing until it is enabled'),
  ).action((webhook: string, flags: ChangeFlags) => change(cli, webhook, flags))
  webhooks
    .command('remove <webhook>')
    .description('send nothing there any more, and forget its secret')
    .action(async (name: string) => {
      const { client } = await cli.connect()
      const { id } = await find(client, name)
      await client.deleteWebhook({ params: { webhook: id } })
      cli.terminal.out(
        tell(cli.terminal, { en: `${name} is removed.`, nl: `${name} is verwijderd.` }),
      )
    })
  withOutput(
    webhooks
      .command('rotate-secret <webhook>')
      .description('give it another signing secret; prints it, this once')
      .option('--old-for <time>', 'how long the one before signs too: 0h, 90m, 24h', parseDuration),
  ).action((name: string, flags: RotateFlags) => rotate(cli, name, flags))
  withOutput(
    webhooks.command('test <webhook>').description('send it an event that is only a test'),
  ).action(async (name: string, flags: OutputFlags) => {
    const { client } = await cli.connect()
    const { id } = await find(client, name)
    const sent = await client.testWebhook({ params: { webhook: id } })
    const how = `kade webhooks deliveries ${name}`
    const said = {
      en: `A test is on its way. How it went: ${how}`,
      nl: `Er is een test onderweg. Hoe het ging: ${how}`,
    }
    print(cli, flags, sent, [tell(cli.terminal, said)])
  })
  withOutput(
    webhooks.command('deliveries <webhook>').description('what was sent, and how it went'),
  ).action(async (name: string, flags: OutputFlags) => {
    const { client } = await cli.connect()
    const { id } = await find(client, name)
    const page = await client.listWebhookDeliveries({ params: { webhook: id } })
    print(cli, flags, page, deliveryLines(cli, page.items))
  })
  withOutput(
    webhooks
      .command('replay <webhook>')
      .description('send one event again, or all from a moment on')
      .option('--delivery <id>', 'this one')
      .option('--since <time>', 'all of the last 90s, 10m or 1h', parseDuration),
  ).action((name: string, flags: ReplayFlags) => replay(cli, name, flags))
}

function withFilter(command: Command): Command {
  return withOutput(command)
    .option('--event <name>', 'only events of this name; may stand more than once', collect)
    .option('-n, --namespace <namespace>', 'only of this one; may stand more than once', collect)
}

async function add(cli: Cli, name: string, url: string, flags: AddFlags): Promise<void> {
  const { client } = await cli.connect()
  const body = { name, url, ...filterOf(flags), ...(flags.team ? { team: flags.team } : {}) }
  const made = await client.createWebhook({ body })
  const says = (en: string, nl: string) => tell(cli.terminal, { en, nl })
  print(cli, flags, made, [
    says(
      `${made.name} is sent the events of team ${made.team}.`,
      `${made.name} krijgt de gebeurtenissen van team ${made.team}.`,
    ),
    secretLine(cli, made),
    says(
      `Try it with: kade webhooks test ${made.name}`,
      `Probeer het met: kade webhooks test ${made.name}`,
    ),
  ])
}

function secretLine(cli: Cli, { secret }: NewWebhook): string {
  return tell(cli.terminal, {
    en: `Signing secret, shown this once: ${secret}`,
    nl: `Ondertekengeheim, alleen nu getoond: ${secret}`,
  })
}

async function rotate(cli: Cli, name: string, flags: RotateFlags): Promise<void> {
  const { client } = await cli.connect()
  const { id } = await find(client, name)
  // Kade counts in hours: what is left of one is given as well.
  const body =
    flags.oldFor === undefined ? {} : { oldForHours: Math.ceil(flags.oldFor / 3_600_000) }
  const made = await client.rotateWebhookSecret({ params: { webhook: id }, body })
  const until = made.oldSecretUntil
  const said = until
    ? {
        en: `Until ${until} the one before signs as well: give the receiver the new one before that.`,
        nl: `Tot ${until} ondertekent het vorige ook: geef de ontvanger vóór die tijd het nieuwe.`,
      }
    : {
        en: 'The one before signs no more: give the receiver the new one now.',
        nl: 'Het vorige ondertekent niet meer: geef de ontvanger nu het nieuwe.',
      }
  print(cli, flags, made, [secretLine(cli, made), tell(cli.terminal, said)])
}

async function change(cli: Cli, name: string, flags: ChangeFlags): Promise<void> {
  refuseBoth('--enable', flags.enable, '--disable', flags.disable)
  refuseBoth('--event', flags.event, '--all-events', flags.allEvents)
  refuseBoth('--namespace', flags.namespace, '--all-namespaces', flags.allNamespaces)
  const { client } = await cli.connect()
  const before = await find(client, name)
  const asked = filterOf(flags)
  const body = {
    events: flags.event || flags.allEvents ? asked.events : eventsOf(before.events),
    namespaces: flags.namespace || flags.allNamespaces ? asked.namespaces : before.namespaces,
    enabled: flags.enable ?? (flags.disable ? false : before.state === 'enabled'),
    ...(flags.url ? { url: flags.url } : {}),
  }
  const changed = await client.changeWebhook({ params: { webhook: before.id }, body })
  print(cli, flags, changed, webhookLines(cli, [changed]))
}

function refuseBoth(one: string, isOne: unknown, other: string, isOther: unknown): void {
  if (isOne === undefined || isOther === undefined) return
  throw new UsageError({
    en: `Give ${one} or ${other}, not both.`,
    nl: `Geef ${one} of ${other}, niet allebei.`,
  })
}

async function replay(cli: Cli, name: string, flags: ReplayFlags): Promise<void> {
  if ((flags.delivery === undefined) === (flags.since === undefined))
    throw new UsageError({
      en: 'Say what to send again: --delivery <id> or --since <time>.',
      nl: 'Zeg wat er opnieuw moet worden gestuurd: --delivery <id> of --since <tijd>.',
    })
  const says = (en: string, nl: string) => tell(cli.terminal, { en, nl })
  const { client } = await cli.connect()
  const { id: webhook } = await find(client, name)
  if (flags.delivery !== undefined) {
    const params = { webhook, delivery: flags.delivery }
    const sent = await client.replayWebhookDelivery({ params })
    print(cli, flags, sent, [
      says(`${sent.name} is on its way again.`, `${sent.name} is opnieuw onderweg.`),
    ])
    return
  }
  const since = new Date(Date.now() - (flags.since ?? 0)).toISOString()
  const sent = await client.replayWebhook({ params: { webhook }, body: { since } })
  const more = sent.next
    ? [
        says(
          `There is more, from ${sent.next} on: replay again when these have gone.`,
          `Er is meer, vanaf ${sent.next}: stuur dat opnieuw als deze weg zijn.`,
        ),
      ]
    : []
  print(cli, flags, sent, [
    says(
      `Events on their way again: ${sent.queued}.`,
      `Gebeurtenissen die opnieuw onderweg zijn: ${sent.queued}.`,
    ),
    ...more,
  ])
}

async function find(client: Client, name: string): Promise<Webhook> {
  const { items } = await client.listWebhooks({ query: { limit: 200 } })
  const found = items.filter(one => one.id === name || one.name === name)
  const [webhook] = found
  if (webhook && found.length === 1) return webhook
  const names = items.map(one => one.name).join(', ')
  throw new UsageError(
    webhook
      ? {
          en: `Several of your teams have a webhook ${name}: name it by its id.`,
          nl: `Meer teams van je hebben een webhook ${name}: noem hem bij zijn id.`,
        }
      : {
          en: `There is no webhook ${name}. Those there are: ${names || 'none'}.`,
          nl: `Er is geen webhook ${name}. Wel: ${names || 'geen'}.`,
        },
  )
}

function filterOf(flags: Filter) {
  return { events: eventsOf(flags.event ?? []), namespaces: flags.namespace ?? [] }
}

function eventsOf(names: readonly string[]) {
  return names.map(name => {
    const known = webhookEvents.find(one => one === name)
    if (known) return known
    throw new UsageError({
      en: `"${name}" is no event: ${webhookEvents.join(', ')}.`,
      nl: `"${name}" is geen gebeurtenis: ${webhookEvents.join(', ')}.`,
    })
  })
}

function webhookLines(cli: Cli, webhooks: readonly Webhook[]): string[] {
  const all = tell(cli.terminal, { en: 'all', nl: 'alle' })
  const rows = webhooks.map(one => [
    one.name,
    one.team,
    one.origin,
    one.events.join(',') || all,
    one.namespaces.join(',') || all,
    word(cli.terminal, one.failingSince && one.state === 'enabled' ? 'failing' : one.state),
  ])
  const why = webhooks.flatMap(one =>
    one.reason ? [`${one.name}: ${clean(tell(cli.terminal, one.reason))}`] : [],
  )
  return [
    ...table(cli.terminal, ['NAME', 'TEAM', 'TO', 'EVENTS', 'NAMESPACES', 'STATE'], rows),
    ...why,
  ]
}

function deliveryLines(cli: Cli, deliveries: readonly WebhookDelivery[]): string[] {
  const rows = deliveries.map(one => [
    one.id,
    one.name,
    [one.namespace, one.deployment].filter(Boolean).join('/'),
    one.state === 'waiting'
      ? tell(cli.terminal, { en: 'waiting', nl: 'wacht' })
      : word(cli.terminal, one.state),
    String(one.attempts),
    ago(one.at),
    one.error ? clean(tell(cli.terminal, one.error)) : '',
  ])
  return table(cli.terminal, ['ID', 'EVENT', 'OF', 'STATE', 'TRIES', 'AGE', 'LAST FAILURE'], rows)
}
