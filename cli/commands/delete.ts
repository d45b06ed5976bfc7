import { type Command, Option } from 'commander'
import type { Text } from '#api/names.ts'
import { type Cli, follow, type WaitFlags, withWait } from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { parseTarget } from '../input.ts'
import { tell, UsageError } from '../terminal.ts'

type Flags = WaitFlags & { data: 'keep' | 'delete'; forget?: true; yes?: true }

export function registerDelete(program: Command, cli: Cli): void {
  const command = program
    .command('delete <deployment>')
    .description('delete a deployment; its data stays unless you say otherwise')
    .addOption(
      new Option('--data <what>', 'what becomes of its volumes')
        .choices(['keep', 'delete'])
        .default('keep'),
    )
    .option(
      '--forget',
      'end it without a cluster that is gone for good: what stands there may run on',
    )
    .option('-y, --yes', 'do not ask')
  withWait(command).action(async (target: string, flags: Flags) => {
    const params = parseTarget(target)
    if (cli.terminal.interactive && !flags.yes) await confirm(cli, target, params.name, flags)
    else if (flags.forget && !flags.yes)
      throw new UsageError({
        en: 'To forget it unasked, give --yes.',
        nl: 'Geef --yes om hem zonder vraag te vergeten.',
      })
    const connection = await cli.connect()
    const started = await connection.client.deleteDeployment({
      params,
      query: { data: flags.data, ...(flags.forget && { forget: params.name }) },
      idempotencyKey: newIdempotencyKey(),
    })
    await follow(cli, connection, started, flags)
  })
}

function deletes(target: string, data: Flags['data']): Text {
  const all = data === 'delete'
  return {
    en: `This deletes ${target}${all ? ' AND ALL ITS DATA, also what it left on other clusters' : ''}.`,
    nl: `Dit verwijdert ${target}${all ? ' EN AL ZIJN GEGEVENS, ook wat hij op andere clusters achterliet' : ''}.`,
  }
}

function forgets(target: string, data: Flags['data']): Text {
  const left = {
    en: `This forgets ${target}: what stands on a cluster that is gone is not removed, may still run with its data and secrets, and nobody looks after it.`,
    nl: `Dit vergeet ${target}: wat op een cluster staat dat weg is wordt niet verwijderd, kan nog draaien met gegevens en geheimen, en niemand kijkt er nog naar om.`,
  }
  if (data === 'keep') return left
  return {
    en: `${left.en} Its volumes there stay too, those on its other clusters ARE ERASED; THE SECRETS that Kade has of it ARE ERASED, and what was encrypted with these can never be read again.`,
    nl: `${left.nl} Ook zijn volumes blijven daar, die op zijn andere clusters WORDEN GEWIST; DE GEHEIMEN die Kade ervan heeft WORDEN GEWIST, en wat daarmee is versleuteld is nooit meer te lezen.`,
  }
}

type What = Pick<Flags, 'data' | 'forget'>

async function confirm(cli: Cli, target: string, name: string, what: What): Promise<void> {
  const says = what.forget ? forgets : deletes
  const happens = tell(cli.terminal, says(target, what.data))
  const type = tell(cli.terminal, {
    en: `Type "${name}" to go on: `,
    nl: `Typ "${name}" om door te gaan: `,
  })
  const answer = await cli.terminal.ask(`${happens} ${type}`)
  if (answer.trim() === name) return
  throw new UsageError({
    en: 'That is another name; nothing was deleted.',
    nl: 'Dat is een andere naam; er is niets verwijderd.',
  })
}
