import type { Command } from 'commander'
import type { DrainPlan } from '#api/drain.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { placementLines } from '../placement.ts'
import { clean } from '../render.ts'
import { type Terminal, tell } from '../terminal.ts'

export function registerDrain(clusters: Command, cli: Cli): void {
  const drain = clusters
    .command('drain <cluster>')
    .description('place nothing new on a cluster, and move what runs there to others, one by one')
    .option('--preview', 'show what would be moved and what would not, and change nothing')
    .option('--reason <text>', 'why; shown to who looks at the clusters')
  withOutput(drain).action(
    async (cluster: string, flags: OutputFlags & { preview?: true; reason?: string }) => {
      const { client } = await cli.connect()
      const params = { cluster }
      const body = flags.reason ? { reason: flags.reason } : {}
      const plan = flags.preview
        ? await client.previewDrain({ params })
        : await client.drainCluster({ params, body })
      print(cli, flags, plan, planLines(cli.terminal, plan, flags.preview === true))
    },
  )
  clusters
    .command('detach <cluster>')
    .description('take an empty cluster out of the registry; its worker has been stopped before')
    .option('--leave <cluster>', 'its name once more: leave what stands there to run without Kade')
    .action(async (cluster: string, { leave }: { leave?: string }) => {
      const { client } = await cli.connect()
      await client.detachCluster({ params: { cluster }, query: leave ? { leave } : {} })
      const said = {
        en: `${cluster} is detached. Nothing was changed in the cluster itself.`,
        nl: `${cluster} is ontkoppeld. In het cluster zelf is niets gewijzigd.`,
      }
      cli.terminal.out(tell(cli.terminal, said))
    })
}

function planLines(terminal: Terminal, plan: DrainPlan, isPreview: boolean): string[] {
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const { cluster, moves, stays, others } = plan
  const total = moves.length + others.moves
  const held = stays.length + others.stays
  const away = others.moves + others.stays
  return [
    says(
      `${total} deployments ${isPreview ? 'would leave' : 'leave'} ${cluster}, ${held} ${isPreview ? 'would stay' : 'stay'}.`,
      `${total} uitrollen ${isPreview ? 'zouden verhuizen' : 'verhuizen'} van ${cluster}, ${held} ${isPreview ? 'zouden blijven' : 'blijven'}.`,
    ),
    ...moves.map(one => `  ${one.namespace}/${one.name} → ${one.to.join(', ')}`),
    ...stays.flatMap(one => [
      `  ${one.namespace}/${one.name}  ${clean(tell(terminal, one.reason))}`,
      ...(one.verdicts ? placementLines(terminal, one.verdicts).map(line => `  ${line}`) : []),
    ]),
    ...(away > 0
      ? [
          says(
            `  ${away} of these are of other teams, and not named.`,
            `  ${away} daarvan zijn van andere teams en worden niet genoemd.`,
          ),
        ]
      : []),
    ...(isPreview
      ? []
      : [
          says(
            `→ They are moved one by one: look again with --preview. kade clusters uncordon ${cluster} ends it.`,
            `→ Ze verhuizen één voor één: kijk opnieuw met --preview. kade clusters uncordon ${cluster} beëindigt het.`,
          ),
        ]),
  ]
}
