import { type Command, Option } from 'commander'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Connection } from './connection.ts'
import { exit, exitOfOperation } from './exit.ts'
import { parseDuration } from './input.ts'
import { clean, operationLines, triesLine } from './render.ts'
import { type Terminal, tell } from './terminal.ts'
import { waitForOperation } from './wait.ts'
import { word } from './words.ts'

/** What every command gets. */
export type Cli = {
  readonly terminal: Terminal
  connect(): Promise<Connection>
  /** Sets the exit code for a normal end. */
  exit(code: number): void
}

export type OutputFlags = { output: 'text' | 'json' }
/** `timeout` in milliseconds. */
export type WaitFlags = OutputFlags & { wait?: true; timeout: number }

/** `-o json` prints what the API answered, untouched. */
export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'),
  )
}

/** `--wait` follows the operation to its end. */
export function withWait(command: Command): Command {
  return withOutput(command)
    .option('--wait', 'wait until the operation has ended')
    .addOption(
      new Option('--timeout <time>', 'how long to wait, such as 90s')
        .argParser(parseDuration)
        .default(600_000, '10m'),
    )
}

/** Prints an answer: as JSON when asked, else as the lines given. */
export function print(
  cli: Cli,
  { output }: OutputFlags,
  answer: unknown,
  lines: readonly string[],
): void {
  if (output === 'json') cli.terminal.out(JSON.stringify(answer, null, 2))
  else for (const line of lines) cli.terminal.out(line)
}

/** Tells of a started operation, waits for its end when asked, and sets the exit code by it. */
export async function follow(
  cli: Cli,
  connection: Connection,
  started: OperationOfDeployment,
  flags: WaitFlags,
): Promise<void> {
  const { terminal } = cli
  if (!flags.wait) {
    const follow = tell(terminal, { en: 'Follow it with', nl: 'Volg het met' })
    const hint = `${follow}: kade status ${started.namespace}/${started.name}`
    print(cli, flags, started, [...operationLines(terminal, started), hint])
    return
  }
  const began = Date.now()
  const onChange = (operation: OperationOfDeployment) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6)
    const again = triesLine(terminal, operation)
    const attempt = again ? ` (${again})` : ''
    const now = word(terminal, operation.step ?? operation.state)
    const waits = (operation.waitsFor ?? []).map(one => clean(tell(terminal, one.message)))
    terminal.err([`${seconds} s  ${now}${attempt}`, ...waits].join('. '))
  }
  const { operation, ended } = await waitForOperation(connection, started, {
    timeoutMs: flags.timeout,
    onChange,
  })
  print(cli, flags, operation, operationLines(terminal, operation))
  if (ended) {
    cli.exit(exitOfOperation(operation))
    return
  }
  terminal.err(
    tell(terminal, {
      en: `It goes on without us: the time to wait is over, its own deadline is ${operation.deadline}.`,
      nl: `Het gaat zonder ons verder: de wachttijd is om, de eigen deadline is ${operation.deadline}.`,
    }),
  )
  cli.exit(exit.deadline)
}

/** For options that may stand more than once. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}
