import type { Command } from 'commander'
import type { Cluster } from '#api/clusters.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { clean, table } from '../render.ts'
import { type Terminal, tell } from '../terminal.ts'
import { simulatedMark, word } from '../words.ts'
import { healthLines, suspectLines } from './cluster-health.ts'
import { registerDrain } from './drain.ts'

const header = [
  'CLUSTER',
  'REGION',
  'JURISDICTION',
  'STATE',
  'HEALTH',
  'DEPLOYMENTS',
  'CPU',
  'MEMORY',
  'PODS',
  'DEVICES',
  'MESSAGE',
] as const

export function registerClusters(program: Command, cli: Cli): void {
  const command = program.command('clusters').description('the clusters and how they are')
  registerCordon(command, cli)
  registerDrain(command, cli)
  withOutput(command).action(async (flags: OutputFlags) => {
    const { client } = await cli.connect()
    const page = await client.listClusters({ query: { limit: 200 } })
    const says = (en: string, nl: string) => tell(cli.terminal, { en, nl })
    const rows = page.items.map(one => [
      one.name + (one.primary ? says(' (primary)', ' (primair)') : ''),
      word(cli.terminal, one.region),
      word(cli.terminal, one.jurisdiction),
      word(cli.terminal, one.state) +
        simulatedMark(cli.terminal, one) +
        (one.cordon?.drain
          ? says(', being drained', ', wordt leeggemaakt')
          : one.cordon
            ? says(', cordoned', ', afgesloten voor nieuw werk')
            : ''),
      word(cli.terminal, one.health.state),
      String(one.deployments),
      ...takenOf(one.capacity),
      tell(cli.terminal, one.message),
    ])
    const health = [
      ...suspectLines(cli.terminal, page.hub),
      ...page.items.flatMap(one => healthLines(cli.terminal, one)),
    ]
    const leaks = page.items.flatMap(one => scanLines(cli.terminal, one))
    print(cli, flags, page, [...table(cli.terminal, header, rows), ...health, ...leaks])
  })
}

function registerCordon(command: Command, cli: Cli): void {
  command
    .command('cordon <cluster>')
    .description('place nothing new on a cluster; what runs there is left alone')
    .option('--reason <text>', 'why; shown to who looks at the clusters')
    .action(async (cluster: string, { reason }: { reason?: string }) => {
      const { client } = await cli.connect()
      const body = reason ? { reason } : {}
      await client.cordonCluster({ params: { cluster }, body })
      const { items } = await client.listClusters({ query: { limit: 200 } })
      const running = items.find(one => one.name === cluster)?.deployments ?? 0
      const said = {
        en: `${cluster} takes nothing new. What runs there stays: ${running} deployments.`,
        nl: `${cluster} neemt niets nieuws aan. Wat er draait blijft: ${running} uitrollen.`,
      }
      cli.terminal.out(tell(cli.terminal, said))
    })
  command
    .command('uncordon <cluster>')
    .description('let new deployments be placed on a cluster again')
    .action(async (cluster: string) => {
      const { client } = await cli.connect()
      await client.uncordonCluster({ params: { cluster } })
      const said = {
        en: `${cluster} takes new deployments again.`,
        nl: `${cluster} neemt weer nieuwe uitrollen aan.`,
      }
      cli.terminal.out(tell(cli.terminal, said))
    })
}

/** Of each amount what is asked for of what there is; `?` as long as nobody has counted it. */
function takenOf(capacity: Cluster['capacity']): string[] {
  if (capacity === null) return ['?', '?', '?', '?']
  const { requested: taken, allocatable: all } = capacity
  const cores = (millicores: number) => String(Math.round(millicores / 100) / 10)
  const gibibytes = (bytes: number) => String(Math.round(bytes / 2 ** 30))
  const devices = Object.entries(all.devices).map(
    ([name, count]) => `${taken.devices[name] ?? 0}/${count} ${name}`,
  )
  return [
    `${cores(taken.cpu)}/${cores(all.cpu)}`,
    `${gibibytes(taken.memory)}/${gibibytes(all.memory)}Gi`,
    `${taken.pods}/${all.pods}`,
    devices.join(', ') || '–',
  ]
}

/** What the newest scan of a cluster found, and what to do about it; nothing where it found nothing. */
function scanLines(terminal: Terminal, { name, scan }: Cluster): string[] {
  if (scan === null || (scan.count === 0 && scan.unread.length === 0)) return []
  const { count, countedAt, leaks, unread } = scan
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const counted = countedAt === null ? '' : `, ${says('counted', 'geteld')} ${countedAt}`
  const kinds = unread.map(clean).join(', ')
  const lines = leaks.map(leak =>
    clean(`  ${leak.namespace}  ${leak.kind}/${leak.name}  ${tell(terminal, leak.why)}`),
  )
  return [
    '',
    says(
      `${name}: ${count} ${count === 1 ? 'object' : 'objects'} with Kade's label that no deployment accounts for${counted}.`,
      `${name}: ${count} ${count === 1 ? 'object' : 'objecten'} met het label van Kade waar geen uitrol van weet${counted}.`,
    ),
    ...lines,
    ...(count > leaks.length
      ? [says(`  and ${count - leaks.length} more.`, `  en nog ${count - leaks.length}.`)]
      : []),
    ...(count > 0
      ? [
          says(
            '→ Kade leaves them alone. Delete what nobody needs: kubectl delete <kind> <name> -n <namespace>',
            '→ Kade laat ze met rust. Verwijder wat niemand nodig heeft: kubectl delete <soort> <naam> -n <namespace>',
          ),
        ]
      : []),
    ...(unread.length > 0
      ? [
          says(
            `  The newest look, ${scan.at}, could not read ${kinds}: what leaks now is not known.`,
            `  Bij de laatste blik, ${scan.at}, was ${kinds} niet te lezen: wat er nu achterblijft is onbekend.`,
          ),
          says(
            '→ When that lasts, join the cluster again, which gives Kade its rights back.',
            '→ Blijft dat zo, sluit het cluster dan opnieuw aan; dat geeft Kade zijn rechten terug.',
          ),
        ]
      : []),
  ]
}
