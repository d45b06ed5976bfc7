import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { exit } from '#cli/exit.ts'
import { createProgram } from '#cli/program.ts'

/** Where the committed page stands. */
export const cliReferenceFile = fileURLToPath(
  new URL('../../docs/reference/cli.md', import.meta.url),
)

const meanings: Record<keyof typeof exit, string> = {
  done: 'done',
  failed: 'the operation failed or was cancelled',
  usage: 'the command, or what it sends, makes no sense',
  refused: 'refused: policy, rights, quota, a name that is taken',
  notFound: 'not found',
  needsApproval: 'needs an approval',
  deadline: 'the time to wait was over first; the operation goes on',
  unreachable: 'Kade, its database or the cluster does not answer',
}

/** The text of `docs/reference/cli.md`, as it should stand: every command with its options, from the program itself. */
export function cliReferenceText(): string {
  const nobody = {
    out: () => {},
    err: () => {},
    env: {},
    interactive: false,
    readStdin: async () => '',
    ask: async () => '',
  }
  const connect = () => Promise.reject(new Error('The reference is written without a connection.'))
  const program = createProgram({ terminal: nobody, connect, exit: () => {} }, '')
  const lines = [
    '# `kade` on the command line',
    '',
    '<!-- Written by `npm run generate`; change the commands in cli/commands/ instead. -->',
    '',
    'From a checkout: `npx kade <command>`. A deployment is written `<namespace>/<name>`. With `-o json` a command prints',
    'what the HTTP API answered, untouched; steps and complaints go to standard error.',
    '',
    'It finds Kade by `KADE_URL` and `KADE_TOKEN`, else by `connection.json` in `KADE_HOME` (by default',
    '`~/.local/share/kade`). Texts that come from Kade are Dutch when `KADE_LANG`, or the locale, begins with `nl`.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    // Both records are written with the same keys, which `Object.entries` widens to string.
    ...Object.entries(exit).map(
      ([name, code]) => `| ${code} | ${meanings[name as keyof typeof exit]} |`,
    ),
    ...program.commands
      // What only scripts call is no part of the reference.
      .filter(command => !command.name().startsWith('__'))
      .flatMap(command => section(command, 'kade')),
  ]
  return `${lines.join('\n')}\n`
}

function section(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`
  const inside = command.commands.flatMap(inner => section(inner, name))
  // A command that takes a word of its own is one beside those below it.
  if (inside.length > 0 && command.registeredArguments.length === 0) return inside
  const help = command.createHelp()
  const args = command.registeredArguments.map(one =>
    one.required ? `<${one.name()}>` : `[${one.name()}]`,
  )
  const options = command.options.map(
    option => `| \`${option.flags}\` | ${help.optionDescription(option)} |`,
  )
  const table = options.length > 0 ? ['', '| option | what |', '| --- | --- |', ...options] : []
  const about = command.description()
  return [
    '',
    `## \`${[name, ...args].join(' ')}\``,
    '',
    `${about[0]?.toUpperCase()}${about.slice(1)}.`,
    ...table,
    ...inside,
  ]
}
