import type { Command } from 'commander'
import type { Text } from '#api/names.ts'
import type { DeploymentSecret } from '#api/secrets.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { parseTarget } from '../input.ts'
import { clean, table } from '../render.ts'
import { tell } from '../terminal.ts'
import { word } from '../words.ts'

export function registerSecrets(program: Command, cli: Cli): void {
  const command = program
    .command('secrets <deployment>')
    .description('its secrets by name, or the value of one that is meant for people')
    .option('--reveal <secret>', 'print the value of this secret; the timeline tells that you did')
  withOutput(command).action(async (target: string, flags: OutputFlags & { reveal?: string }) => {
    const params = parseTarget(target)
    const { client } = await cli.connect()
    if (flags.reveal === undefined) {
      const list = await client.listSecrets({ params })
      print(
        cli,
        flags,
        list,
        table(
          cli.terminal,
          header,
          list.items.map(one => rowOf(cli, one)),
        ),
      )
      return
    }
    const secret = await client.revealSecret({ params: { ...params, secret: flags.reveal } })
    // Alone on its line, for a script or the clipboard.
    print(cli, flags, secret, [clean(secret.value)])
  })
}

const header = ['NAME', 'COMES', 'IN USE', 'CAN BE SHOWN', 'USER NAME', 'WHAT IT IS'] as const

const comes: Readonly<Record<DeploymentSecret['kind'], Text>> = {
  generated: { en: 'made by Kade', nl: 'door Kade gemaakt' },
  provided: { en: 'given', nl: 'opgegeven' },
  bound: { en: 'with a binding', nl: 'met een koppeling' },
}

function rowOf(cli: Cli, { name, kind, inUse, revealed, title }: DeploymentSecret): string[] {
  return [
    name,
    tell(cli.terminal, comes[kind]),
    word(cli.terminal, inUse ? 'yes' : 'no'),
    word(cli.terminal, revealed ? 'yes' : 'no'),
    revealed?.userName ?? '',
    tell(cli.terminal, revealed?.purpose ?? title),
  ]
}
