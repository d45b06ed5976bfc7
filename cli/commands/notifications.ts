import type { Command } from 'commander'
import type { Notification } from '#api/notifications.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { ago, clean, moreLine, table } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'

type ListFlags = OutputFlags & { unread?: true; limit: string; cursor?: string }

/** `kade notifications`: what ended, failed or needs somebody of your teams. */
export function registerNotifications(program: Command, cli: Cli): void {
  const notifications = program
    .command('notifications')
    .description('what ended, failed or needs you')
  const list = notifications
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .option('--unread', 'only those you have not read')
    .option('--limit <count>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(list).action(async (flags: ListFlags) => {
    const { client } = await cli.connect()
    const page = await client.listNotifications({
      query: {
        limit: flags.limit,
        ...(flags.unread ? { unread: 'true' } : {}),
        ...(flags.cursor ? { cursor: flags.cursor } : {}),
      },
    })
    const more = page.next
      ? [moreLine(cli.terminal, `kade notifications --cursor ${page.next}`)]
      : []
    const rows = page.items.map(one => rowOf(cli, one))
    print(cli, flags, page, [...table(cli.terminal, ['ID', 'AGE', 'READ', 'WHAT'], rows), ...more])
  })
  notifications
    .command('read [id]')
    .description('mark one as read, or all')
    .option('--all', 'all of them')
    .action(async (id: string | undefined, flags: { all?: true }) => {
      if ((id === undefined) === (flags.all === undefined))
        throw new UsageError({
          en: 'Say which: the id of one, or --all.',
          nl: 'Zeg welke: het id van één, of --all.',
        })
      const { client } = await cli.connect()
      if (id === undefined) await client.readAllNotifications({})
      else await client.readNotification({ params: { notification: id } })
      cli.terminal.out(tell(cli.terminal, { en: 'Marked as read.', nl: 'Als gelezen gemarkeerd.' }))
    })
}

function rowOf(cli: Cli, { id, at, read, text }: Notification): string[] {
  return [
    id,
    ago(at),
    tell(cli.terminal, read ? { en: 'yes', nl: 'ja' } : { en: 'no', nl: 'nee' }),
    clean(tell(cli.terminal, text)),
  ]
}
