import { type Command, Option } from 'commander'
import { type Quota, type QuotaLimits, QuotaScope, type QuotaUse } from '#api/quotas.ts'
import { type Cli, collect, type OutputFlags, print, withOutput } from '../command.ts'
import { table } from '../render.ts'
import { type Terminal, tell, UsageError } from '../terminal.ts'
import { word } from '../words.ts'

type LimitFlags = OutputFlags & {
  cpu?: string
  memory?: string
  storage?: string
  deployments?: string
  device?: string[]
}

/** `kade quotas`: what namespaces, teams and environments may take of all clusters together, and take. */
export function registerQuotas(program: Command, cli: Cli): void {
  const quotas = program
    .command('quotas')
    .description('what may be taken of all clusters together, and what is')
  withOutput(quotas.command('list', { isDefault: true }).description('list them')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listQuotas({})
      print(cli, flags, page, quotaLines(cli.terminal, page.items))
    },
  )
  withOutput(
    quotas
      .command('set <quota>')
      .description(
        'of namespace/<name>, team/<name> or environment/<name>; what is left out has no limit',
      )
      .option('--cpu <quantity>', 'processor, such as 16 or 500m')
      .option('--memory <quantity>', 'such as 64Gi')
      .option('--storage <quantity>', 'such as 500Gi')
      .option('--deployments <count>', 'how many')
      .addOption(
        new Option('--device <resource=count>', 'such as nvidia.com/gpu=2').argParser(collect),
      ),
  ).action(async (given: string, flags: LimitFlags) => {
    const params = quotaOf(given)
    const body = limitsOf(flags)
    const { client } = await cli.connect()
    const quota = await client.setQuota({ params, body })
    print(cli, flags, quota, quotaLines(cli.terminal, [quota]))
  })
  quotas
    .command('remove <quota>')
    .description('of team/<name> or environment/<name>: it then has no limit of its own')
    .action(async (given: string) => {
      const { scope, name } = quotaOf(given)
      if (scope === 'namespace')
        throw new UsageError({
          en: 'A namespace always has a quota: set another one.',
          nl: 'Een namespace heeft altijd een quotum: stel een ander in.',
        })
      const { client } = await cli.connect()
      await client.removeQuota({ params: { scope, name } })
      const said = { en: `${given} has no quota any more.`, nl: `${given} heeft geen quotum meer.` }
      cli.terminal.out(tell(cli.terminal, said))
    })
}

function quotaLines(terminal: Terminal, quotas: readonly Quota[]): string[] {
  const rows = quotas.flatMap(({ scope, name, uses }) =>
    uses.map(use => [
      `${scope}/${name}`,
      word(terminal, use.resource),
      amountOf(use, use.used),
      amountOf(use, use.limit),
      `${use.limit > 0 ? Math.round((use.used / use.limit) * 100) : 100} %`,
    ]),
  )
  return table(terminal, ['QUOTA', 'WHAT', 'USED', 'OF', ''], rows)
}

/** As it could be typed: a Kubernetes quantity, or a count. */
function amountOf({ resource }: QuotaUse, value: number): string {
  if (resource === 'cpu') return value % 1000 === 0 ? String(value / 1000) : `${value}m`
  if (resource === 'memory' || resource === 'storage')
    return `${Math.round((value / 2 ** 30) * 100) / 100}Gi`
  return String(value)
}

function quotaOf(given: string): { scope: QuotaScope; name: string } {
  const [scope = '', name = '', ...more] = given.split('/')
  const known = QuotaScope.safeParse(scope)
  if (known.success && name !== '' && more.length === 0) return { scope: known.data, name }
  throw new UsageError({
    en: `"${given}" is no quota: write namespace/<name>, team/<name> or environment/<name>.`,
    nl: `"${given}" is geen quotum: schrijf namespace/<naam>, team/<naam> of environment/<naam>.`,
  })
}

function limitsOf({ cpu, memory, storage, deployments, device = [] }: LimitFlags): QuotaLimits {
  const devices = Object.fromEntries(
    device.map(one => {
      const [, resource = '', count = ''] = /^([^=]+)=(.*)$/.exec(one) ?? []
      return [resource, countOf(count)]
    }),
  )
  const limits = {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(storage === undefined ? {} : { storage }),
    ...(deployments === undefined ? {} : { deployments: countOf(deployments) }),
    ...(device.length === 0 ? {} : { devices }),
  }
  if (Object.keys(limits).length > 0) return limits
  throw new UsageError({
    en: 'Say at least one limit, such as --cpu 16.',
    nl: 'Geef minstens één grens, zoals --cpu 16.',
  })
}

function countOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new UsageError({ en: `"${text}" is no count.`, nl: `"${text}" is geen aantal.` })
}
