import type { Command } from 'commander'
import type { MovePreview } from '#api/move.ts'
import { type Cli, collect, follow, print, type WaitFlags, withWait } from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { exit } from '../exit.ts'
import { parseTarget } from '../input.ts'
import { placementLines } from '../placement.ts'
import { clean, findingLines } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'

type Flags = WaitFlags & { to: string[]; data?: string; reason?: string; dryRun?: true }

export function registerMove(program: Command, cli: Cli): void {
  const command = program
    .command('move <deployment>')
    .description('have it run on other clusters; it leaves those of now once it serves there')
    .requiredOption('--to <cluster>', 'where it is to run; may stand more than once', collect)
    .option('--data <leave>', 'leave: agree that its data stays on the clusters it leaves')
    .option('--reason <text>', 'why; kept with the revision')
    .option('--dry-run', 'show what would happen, and change nothing')
  withWait(command).action((target: string, flags: Flags) => move(cli, target, flags))
}

async function move(cli: Cli, target: string, flags: Flags): Promise<void> {
  const { to, reason } = flags
  const data = leaveOf(flags.data)
  const params = parseTarget(target)
  const connection = await cli.connect()
  const { client } = connection
  if (flags.dryRun) {
    const preview = await client.previewMove({ params, body: { to } })
    print(cli, flags, preview, moveLines(cli, preview))
    // Without that consent the move itself is refused.
    const agrees = preview.stays.length === 0 || data === 'leave'
    if (!preview.allowed || !agrees) cli.exit(exit.refused)
    return
  }
  const { etag } = await client.readDeployment({ params })
  const started = await client.moveDeployment({
    params,
    body: { to, ...(data ? { data } : {}), ...(reason ? { reason } : {}) },
    ifMatch: etag,
    idempotencyKey: newIdempotencyKey(),
  })
  await follow(cli, connection, started, flags)
}

/** The consent to leave data behind, where it was given. Throws a usage error for anything else. */
export function leaveOf(data: string | undefined): 'leave' | undefined {
  if (data === undefined || data === 'leave') return data
  throw new UsageError({
    en: `--data takes "leave", not "${data}": data does not move.`,
    nl: `--data neemt "leave", niet "${data}": gegevens verhuizen niet mee.`,
  })
}

function moveLines({ terminal }: Cli, preview: MovePreview): string[] {
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const { from, to, leaves, stays, finds, revision, newest } = preview
  const stay = stays.join(', ')
  const left = leaves.join(', ')
  const found = finds.join(', ')
  return [
    `${preview.allowed ? says('Allowed', 'Toegestaan') : says('Would be refused', 'Wordt geweigerd')}: ${from.join(', ')} → ${to.join(', ')}`,
    ...preview.violations.map(one => `✗ ${clean(tell(terminal, one.detail))}`),
    ...preview.findings.flatMap(one => findingLines(terminal, one)),
    ...placementLines(terminal, preview.placement),
    ...(revision !== newest
      ? [
          says(
            `It takes revision ${revision} along, the last that served; revision ${newest} never did.`,
            `Hij neemt revisie ${revision} mee, de laatste die werkte; revisie ${newest} heeft nooit gewerkt.`,
          ),
        ]
      : []),
    ...(leaves.length > 0
      ? [
          says(
            `Once it serves there, it is removed from ${left}.`,
            `Zodra hij daar werkt, wordt hij van ${left} verwijderd.`,
          ),
        ]
      : []),
    ...(stays.length > 0
      ? [
          says(
            `Its data stays on ${left} (${stay})${found ? '' : ', and it begins empty'}: agree with --data leave.`,
            `De gegevens blijven op ${left} (${stay})${found ? '' : ', en hij begint leeg'}: stem in met --data leave.`,
          ),
        ]
      : []),
    ...(found
      ? [
          says(
            `On ${found} it goes on with the data that it left there.`,
            `Op ${found} gaat hij verder met de gegevens die hij daar achterliet.`,
          ),
        ]
      : []),
  ]
}
