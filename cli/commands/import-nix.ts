import type { Command } from 'commander'
import { type Cli, withOutput } from '../command.ts'
import type { ImportFlags } from './import-into.ts'

export function registerImportNix(parent: Command, cli: Cli): void {
  const command = parent
    .command('nix <flake>')
    .description('a module of a Nix flake whose lib has mkDeployment; needs nix, and no network')
    .option('--into <directory>', 'where to write', 'imported')
    .option('--kubeconfig <file>', 'prove it by a dry run on this cluster, not by comparison')
  withOutput(command).action(async (folder: string, flags: ImportFlags) => {
    // Loaded only now: every other command starts without the kit.
    const { flakeNotes, readFlake } = await import('./import-flake.ts')
    const { importInto } = await import('./import-into.ts')
    const flake = await readFlake(cli.terminal, folder)
    await importInto(cli, flags, flake.objects, app => flakeNotes(app, flake))
  })
}
