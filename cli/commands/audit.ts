import { createReadStream } from 'node:fs'
import { type Command, Option } from 'commander'
import { type AuditEntry, type AuditHead, AuditResult, type auditFilters } from '#api/audit.ts'
import { type ChainFault, type ChainReport, verifyChain } from '#api/audit-chain.ts'
import { ProblemError, pathOf } from '#api/client.ts'
import { contract } from '#api/contract.ts'
import type { Text } from '#api/names.ts'
import { Problem } from '#api/problem.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { exit } from '../exit.ts'
import { linesOf } from '../lines.ts'
import { clean, oneLine, table } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'

type Filters = Partial<Record<keyof typeof auditFilters, string>>
type SearchFlags = OutputFlags & Filters & { limit: string; cursor?: string }
type VerifyFlags = OutputFlags & { anchor?: string; selection?: true }

/** `kade audit`: who did what, and the proof that nobody changed it since. */
export function registerAudit(program: Command, cli: Cli): void {
  const audit = program.command('audit').description('who did what, and what was refused')
  const search = audit
    .command('search [words]', { isDefault: true })
    .description('what was done and refused, newest first')
    .option('--limit <count>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where a list ended')
  withOutput(withFilters(search)).action((words: string | undefined, flags: SearchFlags) =>
    searchAudit(cli, words, flags),
  )
  withFilters(audit.command('export'))
    .description('every line, oldest first, as JSON that kade audit verify checks')
    .action(async (flags: Filters) => {
      for await (const line of await exported(cli, queryOf(flags))) cli.terminal.out(line)
    })
  withOutput(audit.command('head'))
    .description(
      'the last line as <seq>:<hash>; kept elsewhere, it shows what is cut off or written anew',
    )
    .action(async (flags: OutputFlags) => {
      const { head } = await (await cli.connect()).client.listAudit({ query: { limit: '1' } })
      if (!head) throw new UsageError(onlySome)
      print(cli, flags, head, [`${head.seq}:${head.hash}`])
    })
  withOutput(audit.command('verify [file]'))
    .description(
      'check the chain of an export without Kade, or of Kade itself, and name the first bad row',
    )
    .option('--anchor <seq:hash>', 'a head that was kept elsewhere')
    .option('--selection', 'the export was narrowed: check each line by itself')
    .action((file: string | undefined, flags: VerifyFlags) => verify(cli, file, flags))
}

const onlySome: Text = {
  en: 'You may read the lines of your own teams: the chain as a whole is for those who may read all.',
  nl: 'Je mag de regels van je eigen teams lezen: de hele keten is voor wie alles mag lezen.',
}

function withFilters(command: Command): Command {
  return command
    .option('--actor <account>', 'only of this account')
    .option('--action <action>', 'only this, such as deployment.create')
    .option('--object <object>', 'only on this, such as team-a/chat')
    .addOption(new Option('--result <result>', 'only what ended so').choices(AuditResult.options))
    .option('--from <time>', 'only from this time on, such as 2026-11-28T10:00:00Z')
    .option('--to <time>', 'only before this time')
}

function queryOf({ actor, action, object, result, from, to }: Filters) {
  const given = { actor, action, object, from, to }
  const texts = Object.entries(given).filter(([, value]) => value !== undefined)
  const [wanted] = AuditResult.options.filter(one => one === result)
  return { ...Object.fromEntries(texts), ...(wanted ? { result: wanted } : {}) }
}

async function searchAudit(cli: Cli, words: string | undefined, flags: SearchFlags): Promise<void> {
  const { client } = await cli.connect()
  const { limit, cursor } = flags
  const page = await client.listAudit({
    query: {
      ...queryOf(flags),
      limit,
      ...(cursor ? { cursor } : {}),
      ...(words ? { q: words } : {}),
    },
  })
  const more = {
    en: `There is more: --cursor ${page.next}`,
    nl: `Er is meer: --cursor ${page.next}`,
  }
  print(cli, flags, page, [
    ...table(cli.terminal, header, page.items.map(rowOf)),
    ...(page.next ? [tell(cli.terminal, more)] : []),
  ])
}

const header = ['SEQ', 'AT', 'WHO', 'ACTION', 'OBJECT', 'RESULT', 'FROM'] as const

function rowOf({
  seq,
  at,
  actor,
  action,
  object,
  result,
  code,
  count,
  origin,
}: AuditEntry): string[] {
  const times = count !== undefined && count > 1 ? ` ×${count}` : ''
  return [
    String(seq),
    at,
    `${actor.id} (${actor.via})`,
    action,
    `${object.kind} ${object.id}`,
    `${code ? `${result}: ${code}` : result}${times}`,
    origin.ip ?? origin.client,
  ].map(clean)
}

async function exported(cli: Cli, query: Record<string, unknown>): Promise<AsyncIterable<string>> {
  const { url, headers } = await cli.connect()
  const response = await fetch(url + pathOf(contract.exportAudit, { query }), {
    headers: headers(),
  })
  if (!response.ok || !response.body) throw new ProblemError(Problem.parse(await response.json()))
  return linesOf(response.body)
}

async function verify(cli: Cli, file: string | undefined, flags: VerifyFlags): Promise<void> {
  const { anchor, selection = false } = flags
  const lines = file === undefined ? await exported(cli, {}) : linesOf(createReadStream(file))
  const report = await verifyChain(lines, {
    selection,
    ...(anchor === undefined ? {} : { anchor: anchorOf(anchor) }),
  }).catch(cause => {
    if (file === undefined) throw cause
    throw new UsageError(
      { en: `${file} could not be read.`, nl: `${file} is niet te lezen.` },
      { cause },
    )
  })
  print(cli, flags, report, [oneLine(tell(cli.terminal, verdictOf(report, selection)))])
  if (report.fault) cli.exit(exit.failed)
}

function anchorOf(text: string): AuditHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash }
  throw new UsageError({
    en: `"${text}" is no anchor: write it as kade audit head prints it.`,
    nl: `"${text}" is geen anker: schrijf het zoals kade audit head het toont.`,
  })
}

function verdictOf({ entries, first, head, fault }: ChainReport, selection: boolean): Text {
  if (fault) return faultTexts[fault.kind](fault)
  if (!head) return { en: 'There is not a single line.', nl: 'Er is geen enkele regel.' }
  if (selection)
    return {
      en: `${entries} lines are as they were written. Whether any are missing, a selection does not show.`,
      nl: `${entries} regels zijn zoals ze geschreven zijn. Of er regels ontbreken, laat een selectie niet zien.`,
    }
  return {
    en: `The chain holds: ${entries} lines, ${first} to ${head.seq}. Its head is ${head.seq}:${head.hash}`,
    nl: `De keten klopt: ${entries} regels, ${first} tot en met ${head.seq}. De kop is ${head.seq}:${head.hash}`,
  }
}

const faultTexts: Readonly<Record<ChainFault['kind'], (fault: ChainFault) => Text>> = {
  unreadable: ({ line }) => ({
    en: `Line ${line} is no line of an audit.`,
    nl: `Regel ${line} is geen regel van een audit.`,
  }),
  edited: ({ seq, line }) => ({
    en: `Row ${seq} was changed after it was written (line ${line}): its hash does not fit.`,
    nl: `Rij ${seq} is gewijzigd nadat ze geschreven was (regel ${line}): de hash klopt niet.`,
  }),
  missing: ({ seq, line }) => ({
    en: `Row ${seq} is missing: it should stand at line ${line}.`,
    nl: `Rij ${seq} ontbreekt: ze hoort op regel ${line} te staan.`,
  }),
  moved: ({ seq, line }) => ({
    en: `Row ${seq} does not stand where it was written (line ${line}).`,
    nl: `Rij ${seq} staat niet waar ze geschreven is (regel ${line}).`,
  }),
  replaced: ({ seq, line }) => ({
    en: `Row ${seq} is another than the one that was chained (line ${line}): it was written anew.`,
    nl: `Rij ${seq} is een andere dan die in de keten stond (regel ${line}): ze is opnieuw geschreven.`,
  }),
  'cut-off': ({ seq }) => ({
    en: `Row ${seq} and what came after it are gone: the anchor knows more than there is.`,
    nl: `Rij ${seq} en wat erna kwam zijn weg: het anker kent meer dan er is.`,
  }),
}
