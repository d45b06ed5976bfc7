import type { Command } from 'commander'
import type { DeadLetter } from '#api/operations.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { ago, clean, moreLine, oneLine, table } from '../render.ts'
import { tell } from '../terminal.ts'

type ListFlags = OutputFlags & { limit: string; cursor?: string }

/** `kade dead-letters`: what failed for good and waits for a person. */
export function registerDeadLetters(program: Command, cli: Cli): void {
  const letters = program
    .command('dead-letters')
    .description('tasks and reactions to events that failed for good')
  const list = letters
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .option('--limit <count>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(list).action(async (flags: ListFlags) => {
    const { client } = await cli.connect()
    const query = { limit: flags.limit, ...(flags.cursor ? { cursor: flags.cursor } : {}) }
    const page = await client.listDeadLetters({ query })
    const more = page.next
      ? [moreLine(cli.terminal, `kade dead-letters --cursor ${page.next}`)]
      : []
    print(cli, flags, page, [...table(cli.terminal, header, page.items.map(rowOf)), ...more])
  })
  withOutput(letters.command('replay <id>').description('try it again')).action(
    async (id: string, flags: OutputFlags) => {
      const { client } = await cli.connect()
      const letter = await client.replayDeadLetter({ params: { id } })
      const said = {
        en: `It is being tried again, in ${letter.queue}.`,
        nl: `Het wordt opnieuw geprobeerd, in ${letter.queue}.`,
      }
      print(cli, flags, letter, [tell(cli.terminal, said)])
    },
  )
  letters
    .command('discard <id>')
    .description('give it up for good; what waits behind it goes on')
    .action(async (id: string) => {
      const { client } = await cli.connect()
      await client.discardDeadLetter({ params: { id } })
      cli.terminal.out(tell(cli.terminal, { en: `${id} is given up.`, nl: `${id} is opgegeven.` }))
    })
}

const header = ['ID', 'WHERE', 'EVENT', 'OF', 'TRIES', 'AGE', 'WHY'] as const

function rowOf(letter: DeadLetter): string[] {
  const { id, queue, handler, event = '', subject = '', attempts, at, error } = letter
  return [id, handler ?? queue, event, subject, String(attempts), ago(at), oneLine(clean(error))]
}
