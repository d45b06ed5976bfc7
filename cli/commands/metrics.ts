import type { Command } from 'commander'
import type { ContainerMetrics } from '#api/metrics.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseTarget } from '../input.ts'
import { table } from '../render.ts'
import { tell } from '../terminal.ts'

export function registerMetrics(program: Command, cli: Cli): void {
  const command = program
    .command('metrics <deployment>')
    .description('what its containers take of processor and memory now')
  withOutput(command).action(async (target: string, flags: OutputFlags) => {
    const params = parseTarget(target)
    const { client } = await cli.connect()
    const metrics = await client.readMetrics({ params })
    if (metrics.reason) cli.terminal.err(tell(cli.terminal, metrics.reason))
    const mark = metrics.simulated ? ' (simulated)' : ''
    const lines = [
      ...(metrics.at ? [`Measured ${metrics.at}${mark}`] : []),
      ...table(['POD', 'CONTAINER', 'CPU', 'OF', 'MEMORY', 'OF'], metrics.items.map(rowOf)),
    ]
    print(cli, flags, metrics, metrics.items.length > 0 ? lines : [])
  })
}

function rowOf({ pod, container, cpu, memory }: ContainerMetrics): string[] {
  return [
    pod,
    container,
    cores(cpu.usage),
    cpu.limit === undefined ? 'no limit' : cores(cpu.limit),
    mebibytes(memory.usage),
    memory.limit === undefined ? 'no limit' : mebibytes(memory.limit),
  ]
}

function cores(value: number): string {
  return `${Number(value.toFixed(3))}`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
