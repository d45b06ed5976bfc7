import type { OperationOfDeployment } from '#api/operations.ts'
import { type Cli, print, type WaitFlags } from './command.ts'
import type { Connection } from './connection.ts'
import { exit, exitOfOperation } from './exit.ts'
import { clean, operationLines } from './render.ts'
import { tell } from './terminal.ts'
import { waitForOperation } from './wait.ts'
import { word } from './words.ts'

const timeIsOver = {
  en: 'They go on without us: the time to wait is over.',
  nl: 'Ze gaan zonder ons verder: de wachttijd is om.',
}

/** Tells of several started operations, waits for the end of all when asked, and sets the exit code by the worst. */
export async function followAll<T extends { operations: readonly OperationOfDeployment[] }>(
  cli: Cli,
  connection: Connection,
  started: T,
  hint: string,
  flags: WaitFlags,
): Promise<void> {
  const { terminal } = cli
  const lines = (operations: readonly OperationOfDeployment[]) =>
    operations.flatMap(one => operationLines(terminal, one))
  if (!flags.wait) {
    print(cli, flags, started, [...lines(started.operations), hint])
    return
  }
  const began = Date.now()
  const onChange = ({ name, state, step, waitsFor = [] }: OperationOfDeployment) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6)
    const waits = waitsFor.map(one => clean(tell(terminal, one.message)))
    terminal.err([`${seconds} s  ${name}: ${word(terminal, step ?? state)}`, ...waits].join('. '))
  }
  const ends = await Promise.all(
    started.operations.map(operation =>
      waitForOperation(connection, operation, { timeoutMs: flags.timeout, onChange }),
    ),
  )
  const operations = ends.map(({ operation }) => operation)
  print(cli, flags, { ...started, operations }, lines(operations))
  const codes = ends.map(({ operation, ended }) =>
    ended ? exitOfOperation(operation) : exit.deadline,
  )
  const worst = [exit.failed, exit.needsApproval, exit.deadline].find(code => codes.includes(code))
  if (worst === exit.deadline) terminal.err(tell(terminal, timeIsOver))
  cli.exit(worst ?? exit.done)
}
