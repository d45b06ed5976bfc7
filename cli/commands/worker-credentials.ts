import { rm, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Client } from '#api/client.ts'
import { Id } from '#api/names.ts'
import type { CreateWorkerCredential, WorkerCredential } from '#api/worker-credentials.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { ago, clean, table } from '../render.ts'
import { type Terminal, tell, UsageError } from '../terminal.ts'
import { word } from '../words.ts'

type CreateFlags = OutputFlags & {
  name?: string
  region?: string
  jurisdiction?: string
  days?: string
  tokenFile?: string
}

/** `kade worker-credentials`: by what workers in other regions are known. One is named by its name or its id. */
export function registerWorkerCredentials(program: Command, cli: Cli): void {
  const credentials = program
    .command('worker-credentials')
    .description('by what workers in other regions are known')
  withOutput(credentials.command('list', { isDefault: true }).description('list them')).action(
    async (flags: OutputFlags) => {
      const { client } = await cli.connect()
      const page = await client.listWorkerCredentials({ query: { limit: 200 } })
      print(cli, flags, page, credentialLines(cli.terminal, page.items))
    },
  )
  withOutput(
    credentials
      .command('create <cluster...>')
      .description('let a worker serve these clusters; prints the token, this once')
      .option('--name <name>', 'what it is called; after its clusters when absent')
      .option('--region <region>', 'where the cluster stands, such as fr-par')
      .option('--jurisdiction <code>', 'whose law holds there: a country such as FR, or EU')
      .option('--days <count>', 'for how long it is good; 365 when absent')
      .option('--token-file <file>', 'write the token there, for you alone, and do not print it'),
  ).action((clusters: string[], flags: CreateFlags) => create(cli, clusters, flags))
  credentials
    .command('revoke <credential>')
    .description('let in nobody by it any more; who is connected is cut off')
    .action(async (given: string) => {
      const { client } = await cli.connect()
      const { id, name } = await find(client, given)
      await client.revokeWorkerCredential({ params: { credential: id } })
      const said = { en: `${name} is revoked.`, nl: `${name} is ingetrokken.` }
      cli.terminal.out(tell(cli.terminal, said))
    })
}

async function create(cli: Cli, clusters: string[], flags: CreateFlags): Promise<void> {
  const { terminal } = cli
  const { region, jurisdiction, tokenFile } = flags
  if (clusters.length > 1 && (region ?? jurisdiction) !== undefined)
    throw new UsageError({
      en: '--region and --jurisdiction are of one cluster: name one, or make a credential for each.',
      nl: '--region en --jurisdiction horen bij één cluster: noem er een, of maak een toegangssleutel voor elk.',
    })
  const body: CreateWorkerCredential = {
    name: flags.name ?? clusters.join('-').slice(0, 53),
    clusters: clusters.map(name => ({
      name,
      ...(region === undefined ? {} : { region }),
      ...(jurisdiction === undefined ? {} : { jurisdiction }),
    })),
    expiresInDays: flags.days === undefined ? 365 : daysOf(flags.days),
  }
  const { client } = await cli.connect()
  // Opened before the token is asked for: one that cannot be kept would be lost.
  if (tokenFile) await writeFile(tokenFile, '', { mode: 0o600, flag: 'wx' }).catch(cannotWrite)
  const made = await client.createWorkerCredential({ body }).catch(async error => {
    // An empty one would stand in the way of the next try.
    if (tokenFile) await rm(tokenFile, { force: true })
    throw error
  })
  const until = made.expiresAt.slice(0, 10)
  const served = made.clusters.join(',')
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  if (tokenFile) await writeFile(tokenFile, `${made.token}\n`, { mode: 0o600 })
  const { token, ...known } = made
  print(cli, flags, tokenFile ? known : made, [
    ...(tokenFile ? [] : [token]),
    says(
      `${made.name} is good for ${served} until ${until}${tokenFile ? `, and stands in ${tokenFile}` : '. It is not shown again'}.`,
      `${made.name} geldt voor ${served} tot ${until}${tokenFile ? ` en staat in ${tokenFile}` : '. Hij wordt niet nog eens getoond'}.`,
    ),
    `→ kade worker --clusters ${served} --gateway <url> --token-file ${tokenFile ?? '<file>'}`,
  ])
}

function cannotWrite(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause)
  throw new UsageError({
    en: `The file for the token cannot be made (${why}). Name one that is not there yet.`,
    nl: `Het bestand voor het token kan niet worden gemaakt (${why}). Noem er een dat nog niet bestaat.`,
  })
}

function daysOf(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new UsageError({
    en: `"${text}" is no number of days: give 1 to 730.`,
    nl: `"${text}" is geen aantal dagen: geef 1 tot 730.`,
  })
}

/** By its id, or by its name: the one that is good, else the newest. */
async function find(client: Client, given: string): Promise<Pick<WorkerCredential, 'id' | 'name'>> {
  if (Id.safeParse(given).success) return { id: given, name: given }
  let ended: WorkerCredential | undefined
  let cursor: string | undefined
  do {
    const query = { limit: 200, ...(cursor !== undefined && { cursor }) }
    const page = await client.listWorkerCredentials({ query })
    const named = page.items.filter(one => one.name === given)
    const active = named.find(one => one.state === 'active')
    if (active) return active
    ended ??= named[0]
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  if (ended) return ended
  throw new UsageError({
    en: `There is no credential ${given}. See kade worker-credentials.`,
    nl: `Er is geen toegangssleutel ${given}. Zie kade worker-credentials.`,
  })
}

function credentialLines(terminal: Terminal, items: readonly WorkerCredential[]): string[] {
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  if (items.length === 0)
    return [
      says(
        'No worker elsewhere may serve a cluster.',
        'Geen worker elders mag een cluster bedienen.',
      ),
    ]
  const rows = items.map(one => [
    one.name,
    one.clusters.join(','),
    word(terminal, one.state),
    one.expiresAt.slice(0, 10),
    one.usedAt ? `${ago(one.usedAt)}, ${clean(one.usedBy ?? '')}` : '–',
    one.id,
  ])
  return table(terminal, ['NAME', 'CLUSTERS', 'STATE', 'EXPIRES', 'USED', 'ID'], rows)
}
