import type { Command } from 'commander'
import { Membership, type OneTimeLink, type Person } from '#api/accounts.ts'
import type { Client } from '#api/client.ts'
import { InstallationRole } from '#api/roles.ts'
import { type Cli, collect, type OutputFlags, print, withOutput } from '../command.ts'
import { ago, clean, table } from '../render.ts'
import { type Terminal, tell, UsageError } from '../terminal.ts'
import { word } from '../words.ts'

type Rights = OutputFlags & { role?: string[]; team?: string[] }

/** `kade accounts`: who can sign in. One is named by its e-mail address or its id. */
export function registerAccounts(program: Command, cli: Cli): void {
  const { terminal } = cli
  const accounts = program.command('accounts').description('who can sign in')
  withOutput(
    accounts
      .command('list', { isDefault: true })
      .description('list them')
      .option('-q, --query <text>', 'part of a name or e-mail address'),
  ).action(async (flags: OutputFlags & { query?: string }) => {
    const { client } = await cli.connect()
    const page = await client.listAccounts({ query: { limit: 200, q: flags.query } })
    print(cli, flags, page, accountLines(terminal, page.items))
  })
  withOutput(
    accounts
      .command('invite <email>')
      .description('print a link by which somebody makes an account, this once')
      .option('--role <role>', 'of the whole installation; may be repeated', collect)
      .option('--team <team:role>', 'such as blue:developer; may be repeated', collect),
  ).action(async (email: string, flags: Rights) => {
    const { client, url } = await cli.connect()
    const body = { email, roles: rolesOf(flags.role), teams: (flags.team ?? []).map(membershipOf) }
    const made = await client.createInvitation({ body })
    print(cli, flags, made, linkLines(terminal, url, made.link))
  })
  withOutput(
    accounts
      .command('roles <account> [role...]')
      .description('give an account these roles of the installation, and no others'),
  ).action(async (given: string, roles: string[], flags: OutputFlags) => {
    const { client } = await cli.connect()
    const params = { account: (await find(client, given)).id }
    const person = await client.setRoles({ params, body: { roles: rolesOf(roles) } })
    print(cli, flags, person, accountLines(terminal, [person]))
  })
  for (const [name, description, change] of [
    ['deactivate', 'let it in no more, and end what it has open', 'deactivateAccount'],
    ['activate', 'let it in again', 'activateAccount'],
  ] as const)
    withOutput(accounts.command(`${name} <account>`).description(description)).action(
      async (given: string, flags: OutputFlags) => {
        const { client } = await cli.connect()
        const person = await client[change]({ params: { account: (await find(client, given)).id } })
        print(cli, flags, person, accountLines(terminal, [person]))
      },
    )
  withOutput(
    accounts
      .command('reset <account>')
      .description('print a link to choose a new password by, this once'),
  ).action(async (given: string, flags: OutputFlags) => {
    const { client, url } = await cli.connect()
    const params = { account: (await find(client, given)).id }
    const link = await client.createPasswordReset({ params })
    print(cli, flags, link, linkLines(terminal, url, link))
  })
}

/** An account by its whole e-mail address or its id. */
export async function find(client: Client, given: string): Promise<Pick<Person, 'id'>> {
  if (!given.includes('@')) return { id: given }
  const { items } = await client.listAccounts({ query: { q: given, limit: 200 } })
  const found = items.find(one => one.email === given.toLowerCase())
  if (found) return found
  throw new UsageError({
    en: `There is no account ${given}. See kade accounts.`,
    nl: `Er is geen account ${given}. Zie kade accounts.`,
  })
}

function accountLines(terminal: Terminal, items: readonly Person[]): string[] {
  const rows = items.map(one => [
    clean(one.name),
    clean(one.email ?? '–'),
    [...one.roles, ...one.teams.map(({ team, role }) => `${team}:${role}`)].join(', ') || '–',
    word(terminal, one.state),
    one.seenAt ? ago(one.seenAt) : '–',
    one.id,
  ])
  return table(terminal, ['NAME', 'E-MAIL', 'ROLES', 'STATE', 'SEEN', 'ID'], rows)
}

function linkLines(
  terminal: Terminal,
  url: string,
  { path, expiresAt, mailed }: OneTimeLink,
): string[] {
  const until = expiresAt.slice(0, 16).replace('T', ' ')
  return [
    url + path,
    tell(terminal, {
      en: `Works once, until ${until} UTC${mailed ? '; it was mailed too' : '. Hand it over: it is not shown again'}.`,
      nl: `Werkt één keer, tot ${until} UTC${mailed ? '; hij is ook gemaild' : '. Geef hem door: hij wordt niet nog eens getoond'}.`,
    }),
  ]
}

function rolesOf(given: readonly string[] = []): InstallationRole[] {
  return given.map(one => {
    const parsed = InstallationRole.safeParse(one)
    if (parsed.success) return parsed.data
    throw new UsageError({
      en: `"${one}" is no role of the installation: give ${InstallationRole.options.join(', ')}.`,
      nl: `"${one}" is geen rol van de installatie: geef ${InstallationRole.options.join(', ')}.`,
    })
  })
}

function membershipOf(given: string): Membership {
  const [team, role] = given.split(':')
  const parsed = Membership.safeParse({ team, role })
  if (parsed.success) return parsed.data
  throw new UsageError({
    en: `"${given}" is no role in a team: write blue:viewer, blue:developer or blue:team-maintainer.`,
    nl: `"${given}" is geen rol in een team: schrijf blue:viewer, blue:developer of blue:team-maintainer.`,
  })
}
