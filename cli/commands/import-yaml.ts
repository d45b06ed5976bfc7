import type { Command } from 'commander'
import { type Cli, withOutput } from '../command.ts'
import type { ImportFlags } from './import-into.ts'

export function registerImportYaml(parent: Command, cli: Cli): void {
  const command = parent
    .command('yaml <files...>')
    .description(
      'modules of Kubernetes manifests; nothing is lost, and what no module may have is listed',
    )
    .option('--into <directory>', 'where to write', 'imported')
    .option('--kubeconfig <file>', 'prove it by a dry run on this cluster, not by comparison')
  withOutput(command).action(async (files: string[], flags: ImportFlags) => {
    // Loaded only now: every other command starts without the kit.
    const { readFiles } = await import('./import-files.ts')
    const { importInto } = await import('./import-into.ts')
    await importInto(cli, flags, await readFiles(cli.terminal, files))
  })
}
