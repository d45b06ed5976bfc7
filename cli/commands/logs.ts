import type { Command } from 'commander'
import type { Logs } from '#api/logs.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { exit } from '../exit.ts'
import { ANSWER_MS, followLogs } from '../follow-logs.ts'
import { parseDuration, parseTarget } from '../input.ts'
import { clean } from '../render.ts'
import { tell } from '../terminal.ts'

/** `since` in milliseconds. */
type Flags = OutputFlags & { lines: string; since?: number; follow?: true }
type Target = ReturnType<typeof parseTarget>

/** The most that one answer holds. */
const mostLines = 2000

export function registerLogs(program: Command, cli: Cli): void {
  const command = program
    .command('logs <deployment>')
    .description('the latest log lines')
    .option('--lines <count>', 'how many', '200')
    .option('--since <time>', 'only those of the last 90s, 10m or 1h', parseDuration)
    .option('-f, --follow', 'go on with new lines, until Ctrl-C or until the deployment is gone')
  withOutput(command).action(async (target: string, flags: Flags) => {
    const params = parseTarget(target)
    const since =
      flags.since === undefined ? undefined : new Date(Date.now() - flags.since).toISOString()
    if (flags.follow) return follow(cli, params, flags, since)
    const { client } = await cli.connect()
    const query = { lines: flags.lines, ...(since ? { since } : {}) }
    const logs = await client.readLogs({ params, query })
    tellOf(cli, logs)
    print(
      cli,
      flags,
      logs,
      logs.items.length > 0 ? logs.items.map(lineOf) : [tell(cli.terminal, none)],
    )
  })
}

async function follow(cli: Cli, params: Target, flags: Flags, from?: string): Promise<void> {
  const { client } = await cli.connect()
  let first = true
  await followLogs({
    lines: Number(flags.lines),
    async ask(since = from) {
      const lines = first ? flags.lines : mostLines
      const query = { lines, ...(since ? { since } : {}) }
      const signal = AbortSignal.timeout(ANSWER_MS)
      const logs = await client.readLogs({ params, query, signal })
      if (first) tellOf(cli, logs)
      first = false
      return logs
    },
    onLines(lines) {
      // One object a line, since the whole never ends.
      for (const line of lines)
        cli.terminal.out(flags.output === 'json' ? JSON.stringify(line) : lineOf(line))
    },
    onNews: news => cli.terminal.err(tell(cli.terminal, news)),
  })
  cli.terminal.err(
    tell(cli.terminal, {
      en: `${params.namespace}/${params.name} is gone: it was deleted, and there is nothing more to follow.`,
      nl: `${params.namespace}/${params.name} is weg: hij is verwijderd, en er valt niets meer te volgen.`,
    }),
  )
  cli.exit(exit.notFound)
}

const none = { en: 'No lines yet.', nl: 'Nog geen regels.' }
const played = {
  en: 'These lines are simulated: the node runs nothing.',
  nl: 'Deze regels zijn gesimuleerd: op de node draait niets.',
}
const more = { en: 'There is more than is shown.', nl: 'Er is meer dan er staat.' }

function tellOf({ terminal }: Cli, logs: Logs): void {
  if (logs.simulated) terminal.err(tell(terminal, played))
  if (logs.truncated) terminal.err(tell(terminal, more))
  if (logs.silent) terminal.err(tell(terminal, silentText(logs.silent)))
}

function silentText(clusters: readonly string[]) {
  const names = clusters.join(', ')
  return {
    en: `Not from ${names}, which does not answer.`,
    nl: `Niet van ${names}: daar komt geen antwoord van.`,
  }
}

function lineOf({ pod, container, text }: Logs['items'][number]): string {
  return `${pod}/${container}  ${clean(text)}`
}
