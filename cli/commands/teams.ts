import type { Command } from 'commander'
import { TeamRole } from '#api/roles.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { clean, table } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'
import { find } from './accounts.ts'

/** `kade teams`: who owns namespaces, and who is in them. */
export function registerTeams(program: Command, cli: Cli): void {
  const { terminal } = cli
  const teams = program.command('teams').description('who owns namespaces, and who is in them')
  withOutput(teams.command('list', { isDefault: true }).description('list them')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listTeams({ query: { limit: 200 } })
      const rows = page.items.map(one => [one.name, String(one.members), String(one.namespaces)])
      print(cli, flags, page, table(terminal, ['TEAM', 'MEMBERS', 'NAMESPACES'], rows))
    },
  )
  withOutput(teams.command('create <team>').description('make one')).action(
    async (name: string, flags: OutputFlags) => {
      const { client } = await cli.connect()
      const made = await client.createTeam({ body: { name } })
      print(cli, flags, made, [
        tell(terminal, { en: `Team ${name} is there.`, nl: `Team ${name} is er.` }),
      ])
    },
  )
  withOutput(teams.command('members <team>').description('who is in it')).action(
    async (team: string, flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listMembers({ params: { team } })
      const rows = page.items.map(one => [
        clean(one.name),
        clean(one.email ?? '–'),
        one.role,
        one.account,
      ])
      print(cli, flags, page, table(terminal, ['NAME', 'E-MAIL', 'ROLES', 'ID'], rows))
    },
  )
  withOutput(
    teams
      .command('set <team> <account> <role>')
      .description(`take somebody in, or give another role: ${TeamRole.options.join(', ')}`),
  ).action(async (team: string, given: string, said: string, flags: OutputFlags) => {
    const role = TeamRole.safeParse(said)
    if (!role.success)
      throw new UsageError({
        en: `"${said}" is no role in a team: give ${TeamRole.options.join(', ')}.`,
        nl: `"${said}" is geen rol in een team: geef ${TeamRole.options.join(', ')}.`,
      })
    const { client } = await cli.connect()
    const params = { team, account: (await find(client, given)).id }
    const member = await client.setMember({ params, body: { role: role.data } })
    const name = clean(member.name)
    const text = {
      en: `${name} is ${member.role} of ${team}.`,
      nl: `${name} is ${member.role} van ${team}.`,
    }
    print(cli, flags, member, [tell(terminal, text)])
  })
  teams
    .command('remove <team> <account>')
    .description('take somebody out; what they reached by it they reach no more')
    .action(async (team: string, given: string) => {
      const { client } = await cli.connect()
      await client.removeMember({ params: { team, account: (await find(client, given)).id } })
      terminal.out(tell(terminal, { en: `Taken out of ${team}.`, nl: `Uit ${team} gehaald.` }))
    })
}
