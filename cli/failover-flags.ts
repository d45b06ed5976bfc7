import { type Command, Option } from 'commander'
import type { FailoverChoice, SetFailover } from '#api/failover.ts'
import { parseDuration } from './input.ts'
import { clean } from './render.ts'
import { type Terminal, tell, UsageError } from './terminal.ts'

export type FailoverFlags = {
  failover?: SetFailover['mode']
  failoverAfter?: number
  failoverData?: 'leave'
}

/** The options that say, with a new deployment, what is done when its cluster is down. */
export function withFailover(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--failover <mode>',
        'what is done when its cluster is down: never leaves it there, as is usual for what has volumes',
      ).choices(['graceful', 'immediate', 'never']),
    )
    .addOption(
      new Option(
        '--failover-after <time>',
        'how long its cluster has to be down, such as 5m',
      ).argParser(parseDuration),
    )
    .addOption(
      new Option('--failover-data <what>', 'agree that its volumes stay behind then').choices([
        'leave',
      ]),
    )
}

/** What the flags chose; nothing where they did not. */
export function failoverOf(flags: FailoverFlags): { failover?: SetFailover } {
  const { failover: mode, failoverAfter, failoverData: data } = flags
  if (!mode && (failoverAfter !== undefined || data))
    throw new UsageError({
      en: '--failover-after and --failover-data say more about --failover: give that too.',
      nl: '--failover-after en --failover-data horen bij --failover: geef dat ook op.',
    })
  if (!mode) return {}
  const after = failoverAfter === undefined ? 300 : Math.round(failoverAfter / 1000)
  return { failover: { mode, after, ...(data && { data }) } }
}

/** What is done when its cluster is down, and why. */
export function failoverLine(terminal: Terminal, { mode, after, why }: FailoverChoice): string {
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const what = {
    graceful: says(
      `it is moved when its cluster has been down for ${after} s`,
      `hij verhuist als het cluster ${after} s uit is`,
    ),
    immediate: says(
      'it is moved as soon as it is certain that its cluster is down',
      'hij verhuist zodra vaststaat dat het cluster uit is',
    ),
    never: says('it stays when its cluster is down', 'hij blijft als het cluster uit is'),
  }
  return `${what[mode]} (${mode}). ${clean(tell(terminal, why))}`
}
