import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { registerModuleCheck } from './module-check.ts'
import { registerModuleNew } from './module-new.ts'

/** Commands for those who write a module. None of them asks Kade anything. */
export function registerModule(program: Command, cli: Cli): void {
  const module = program
    .command('module')
    .description('write a module, and find what is wrong with it')
  registerModuleNew(module, cli)
  registerModuleCheck(module, cli)
}
