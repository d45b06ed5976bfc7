import { type Command, Option } from 'commander'
import type { FailoverOfDeployment } from '#api/failover.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { failoverLine } from '../failover-flags.ts'
import { parseDuration, parseTarget } from '../input.ts'
import { placementLines } from '../placement.ts'
import { clean } from '../render.ts'
import { type Terminal, tell, UsageError } from '../terminal.ts'

type Flags = OutputFlags & {
  mode?: FailoverOfDeployment['mode']
  after?: number
  data?: 'leave'
}

export function registerFailover(program: Command, cli: Cli): void {
  const command = program
    .command('failover <deployment>')
    .description('what is done with it when its cluster is down; with --mode, choose that')
    .addOption(
      new Option('--mode <mode>', 'how it is moved to another cluster').choices([
        'graceful',
        'immediate',
        'never',
      ]),
    )
    .addOption(
      new Option('--after <time>', 'how long its cluster has to be down, such as 5m').argParser(
        parseDuration,
      ),
    )
    .addOption(new Option('--data <what>', 'agree that its volumes stay behind').choices(['leave']))
  withOutput(command).action(async (target: string, flags: Flags) => {
    const params = parseTarget(target)
    const { mode, after, data } = flags
    if (!mode && (after !== undefined || data))
      throw new UsageError({
        en: '--after and --data say more about --mode: give that too.',
        nl: '--after en --data horen bij --mode: geef dat ook op.',
      })
    const { client } = await cli.connect()
    const seconds = after === undefined ? 300 : Math.round(after / 1000)
    const answer = mode
      ? await client.setFailover({ params, body: { mode, after: seconds, ...(data && { data }) } })
      : await client.readFailover({ params })
    print(cli, flags, answer, failoverLines(cli.terminal, target, answer))
  })
}

function failoverLines(terminal: Terminal, target: string, answer: FailoverOfDeployment): string[] {
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const { held, back } = answer
  return [
    `${target}: ${failoverLine(terminal, answer)}`,
    ...(held ? [`! ${clean(tell(terminal, held.reason))} (${held.since})`] : []),
    ...(held?.verdicts ? placementLines(terminal, held.verdicts) : []),
    ...(back
      ? [
          says(
            `→ ${back.clusters.join(', ')} is well again: kade move ${target} --to ${back.clusters.join(' --to ')} brings it back.`,
            `→ ${back.clusters.join(', ')} is weer in orde: kade move ${target} --to ${back.clusters.join(' --to ')} brengt hem terug.`,
          ),
        ]
      : []),
  ]
}
