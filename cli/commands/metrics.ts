import type { Command } from 'commander'
import type { ContainerMetrics } from '#api/metrics.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseTarget } from '../input.ts'
import { table } from '../render.ts'
import { tell } from '../terminal.ts'
import { simulatedMark } from '../words.ts'

export function registerMetrics(program: Command, cli: Cli): void {
  const command = program
    .command('metrics <deployment>')
    .description('what its containers take of processor and memory now')
  withOutput(command).action(async (target: string, flags: OutputFlags) => {
    const params = parseTarget(target)
    const { client } = await cli.connect()
    const metrics = await client.readMetrics({ params })
    if (metrics.reason) cli.terminal.err(tell(cli.terminal, metrics.reason))
    const mark = simulatedMark(cli.terminal, metrics)
    const measured = tell(cli.terminal, { en: 'Measured', nl: 'Gemeten' })
    const lines = [
      ...(metrics.at ? [`${measured} ${metrics.at}${mark}`] : []),
      ...table(
        cli.terminal,
        ['POD', 'CONTAINER', 'CPU', 'OF', 'MEMORY', 'OF'],
        metrics.items.map(one => rowOf(cli, one)),
      ),
    ]
    print(cli, flags, metrics, metrics.items.length > 0 ? lines : [])
  })
}

function rowOf({ terminal }: Cli, { pod, container, cpu, memory }: ContainerMetrics): string[] {
  const none = tell(terminal, { en: 'no limit', nl: 'geen grens' })
  return [
    pod,
    container,
    cores(cpu.usage),
    cpu.limit === undefined ? none : cores(cpu.limit),
    mebibytes(memory.usage),
    memory.limit === undefined ? none : mebibytes(memory.limit),
  ]
}

function cores(value: number): string {
  return `${Number(value.toFixed(3))}`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
