import type { Command } from 'commander'
import type { Compliance } from '#api/compliance.ts'
import type { Text } from '#api/names.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { findingLines, moreLine } from '../render.ts'
import { type Terminal, tell } from '../terminal.ts'

type Flags = OutputFlags & { namespace?: string; policy?: string; limit: string; cursor?: string }

/** `kade compliance`: what the policies of now say of what is deployed. */
export function registerCompliance(program: Command, cli: Cli): void {
  const command = program
    .command('compliance')
    .description('what the policies of now say of deployments as they are')
    .option('-n, --namespace <namespace>', 'of one namespace')
    .option('--policy <policy>', 'with a finding of this policy')
    .option('--limit <count>', 'look at no more deployments than this', '50')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(command).action(async (flags: Flags) => {
    const { client } = await cli.connect()
    const { namespace, policy, limit, cursor } = flags
    const query = {
      limit,
      ...(namespace ? { namespace } : {}),
      ...(policy ? { policy } : {}),
      ...(cursor ? { cursor } : {}),
    }
    const page = await client.listCompliance({ query })
    const more = page.next ? [moreLine(cli.terminal, `kade compliance --cursor ${page.next}`)] : []
    print(cli, flags, page, [...page.items.flatMap(one => linesOf(cli.terminal, one)), ...more])
  })
}

function linesOf(terminal: Terminal, one: Compliance): string[] {
  return [
    `${one.namespace}/${one.name} (${one.app}, ${one.environment}): ${tell(terminal, verdictOf(one))}`,
    ...(one.findings ?? []).flatMap(finding => findingLines(terminal, finding)),
  ]
}

function verdictOf({ findings, allowed }: Compliance): Text {
  if (findings === null)
    return {
      en: 'cannot be judged, since its app has left the shelf',
      nl: 'niet te beoordelen, want de app staat niet meer in de catalogus',
    }
  if (!allowed) return { en: 'would be refused today', nl: 'zou vandaag worden geweigerd' }
  return findings.length > 0
    ? { en: 'complies, with remarks', nl: 'voldoet, met opmerkingen' }
    : { en: 'complies', nl: 'voldoet' }
}
