import type { Argument, Command, Option } from 'commander'

export type Candidate = { readonly value: string; readonly about: string }

const kinds = ['app', 'deployment', 'namespace', 'cluster', 'file'] as const
/** What a word stands for, by the name its command gives it: `<app>` is an app. */
export type Kind = (typeof kinds)[number]

export type Completion = {
  /** The word as far as it is typed. */
  readonly word: string
  /** Stands before each candidate: `--app=` of `--app=qd`. */
  readonly prefix: string
  /** What the commands themselves know: subcommands, flags, choices. */
  readonly candidates: readonly Candidate[]
  /** What somebody else knows: Kade, or for a file the shell. */
  readonly kind: Kind | undefined
}

/** What may stand in place of the last word of a command line (without `kade` itself), from the commands as they are. */
export function completionOf(program: Command, line: readonly string[]): Completion {
  const word = line.at(-1) ?? ''
  const { command, operands, option, closed } = read(program, line.slice(0, -1))
  // bash breaks `--output=js` in three words; `=` is then no value yet.
  if (option) return valuesOf(option, word === '=' ? '' : word)
  const [, flag, begun] = /^(--[^=]+)=(.*)$/.exec(word) ?? []
  const named = flag === undefined || closed ? undefined : findOption(command, flag)
  if (named && begun !== undefined) return valuesOf(named, begun, `${flag}=`)
  if (word.startsWith('-') && !closed) return { ...nothing, word, candidates: flagsOf(command) }
  const argument = command.registeredArguments[operands] ?? variadic(command)
  const values = argument ? valuesOf(argument, word) : { ...nothing, word }
  const commands = operands === 0 ? commandsOf(command) : []
  return { ...values, candidates: [...commands, ...values.candidates] }
}

const nothing = { prefix: '', candidates: [], kind: undefined }

type Read = {
  command: Command
  operands: number
  /** Whose value comes next. */
  option: Option | undefined
  /** After `--`, no word is a flag. */
  closed: boolean
}

function read(program: Command, words: readonly string[]): Read {
  const at: Read = { command: program, operands: 0, option: undefined, closed: false }
  for (const word of words) {
    if (at.option) {
      if (word !== '=') at.option = undefined
    } else if (word === '--') at.closed = true
    else if (word.startsWith('-') && !at.closed) {
      const option = findOption(at.command, word)
      if (option && (option.required || option.optional)) at.option = option
    } else {
      const inner = at.operands === 0 ? findCommand(at.command, word) : undefined
      if (inner) at.command = inner
      else at.operands++
    }
  }
  return at
}

function findOption({ options }: Command, flag: string): Option | undefined {
  return options.find(option => option.long === flag || option.short === flag)
}

function findCommand({ commands }: Command, name: string): Command | undefined {
  return commands.find(one => one.name() === name || one.aliases().includes(name))
}

function variadic({ registeredArguments }: Command): Argument | undefined {
  const last = registeredArguments.at(-1)
  return last?.variadic ? last : undefined
}

function valuesOf(of: Option | Argument, word: string, prefix = ''): Completion {
  const candidates = (of.argChoices ?? []).map(value => ({ value, about: '' }))
  const name = 'flags' in of ? /[<[]([\w-]+)/.exec(of.flags)?.[1] : of.name()
  return { word, prefix, candidates, kind: kinds.find(kind => kind === name) }
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map(one => ({ value: one.name(), about: one.description() }))
}

function flagsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }))
}
