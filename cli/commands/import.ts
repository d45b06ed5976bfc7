import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { registerImportNix } from './import-nix.ts'
import { registerImportYaml } from './import-yaml.ts'

export function registerImport(program: Command, cli: Cli): void {
  const parent = program
    .command('import')
    .description('make a module of what you have: manifests or a Nix flake')
  registerImportYaml(parent, cli)
  registerImportNix(parent, cli)
}
