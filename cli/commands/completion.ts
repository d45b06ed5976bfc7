import { Argument, type Command } from 'commander'
import type { Cli } from '../command.ts'
import { completionOf } from '../completion.ts'
import { completionScripts } from '../completion-scripts.ts'
import { askForNames } from '../completion-values.ts'
import { clean } from '../render.ts'

export function registerCompletion(program: Command, cli: Cli): void {
  const shells = Object.keys(completionScripts)
  program
    .command('completion')
    .description('a script that makes your shell complete commands, flags and names')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    // The choices of the argument are the names of the scripts.
    .action((shell: keyof typeof completionScripts) => cli.terminal.out(completionScripts[shell]))
  // What the scripts call. It answers at once or with nothing, and never complains.
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { word, prefix, candidates, kind } = completionOf(program, words)
      if (kind === 'file') return cli.terminal.out(':files')
      const asked = kind ? await askForNames(cli, kind, word) : []
      for (const { value, about } of [...candidates, ...asked]) {
        if (!value.startsWith(word)) continue
        const told = clean(about).replace(/\s+/g, ' ')
        cli.terminal.out(`${prefix}${value}${told ? `\t${told}` : ''}`)
      }
    })
}
