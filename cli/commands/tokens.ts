import type { Command } from 'commander'
import { TokenScope } from '#api/tokens.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseDays } from '../input.ts'
import { ago, clean, table } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'

type CreateFlags = OutputFlags & { scope?: string; team?: string; days?: number }

/** `kade tokens`: what programs of yours are let in by. One is named by its name or its id. */
export function registerTokens(program: Command, cli: Cli): void {
  const { terminal } = cli
  const tokens = program.command('tokens').description('what programs of yours are let in by')
  withOutput(tokens.command('list', { isDefault: true }).description('list them')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listTokens({})
      const rows = page.items.map(one => [
        clean(one.name),
        one.scope,
        one.team ?? '–',
        one.expiresAt.slice(0, 10),
        one.usedAt ? ago(one.usedAt) : '–',
        one.id,
      ])
      const none = { en: 'You have no tokens.', nl: 'Je hebt geen tokens.' }
      const heads = ['NAME', 'FOR', 'TEAM', 'EXPIRES', 'USED', 'ID'] as const
      print(cli, flags, page, rows.length ? table(terminal, heads, rows) : [tell(terminal, none)])
    },
  )
  withOutput(
    tokens
      .command('create <name>')
      .description('a token for a program; printed this once')
      .option('--scope <scope>', `${TokenScope.options.join(', ')}; deploy when absent`)
      .option('--team <team>', 'only the things of this team')
      .option('--days <count>', 'for how long it is good; 90 when absent, 365 at most', parseDays),
  ).action(async (name: string, flags: CreateFlags) => {
    const scope = TokenScope.optional().safeParse(flags.scope)
    if (!scope.success)
      throw new UsageError({
        en: `"${flags.scope}" is no scope: give ${TokenScope.options.join(', ')}.`,
        nl: `"${flags.scope}" is geen bereik: geef ${TokenScope.options.join(', ')}.`,
      })
    const { client } = await cli.connect()
    const body = { name, scope: scope.data, team: flags.team, expiresInDays: flags.days }
    const made = await client.createToken({ body })
    const until = made.expiresAt.slice(0, 10)
    print(cli, flags, made, [
      made.token,
      tell(terminal, {
        en: `Good until ${until}. It is not shown again.`,
        nl: `Geldig tot ${until}. Het wordt niet nog eens getoond.`,
      }),
    ])
  })
  tokens
    .command('revoke <token>')
    .description('end one at once')
    .action(async (given: string) => {
      const { client } = await cli.connect()
      const { items } = await client.listTokens({})
      const found = items.find(one => one.id === given || one.name === given)
      if (!found)
        throw new UsageError({
          en: `You have no token ${given}. See kade tokens.`,
          nl: `Je hebt geen token ${given}. Zie kade tokens.`,
        })
      await client.revokeToken({ params: { token: found.id } })
      const name = clean(found.name)
      terminal.out(tell(terminal, { en: `${name} is revoked.`, nl: `${name} is ingetrokken.` }))
    })
}
