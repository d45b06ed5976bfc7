import type { Preview } from '#api/deployments.ts'
import { type Cli, type OutputFlags, print } from './command.ts'
import { exit } from './exit.ts'
import { findingLines } from './render.ts'

/** Shows what would happen; exit code 3 when it would be refused. */
export function showPreview(cli: Cli, flags: OutputFlags, preview: Preview): void {
  print(cli, flags, preview, previewLines(cli, preview))
  if (!preview.allowed) cli.exit(exit.refused)
}

const signs: Record<Preview['changes'][number]['change'], string> = {
  create: '+',
  change: '~',
  recreate: '±',
  delete: '-',
  unchanged: '=',
  unknown: '?',
}

function previewLines(cli: Cli, preview: Preview): string[] {
  const { findings, violations, changes, checked, reason, cluster, resources, simulated } = preview
  const where = cluster ? ` on ${cluster}${simulated ? ' (simulated)' : ''}` : ''
  const sure =
    checked === 'cluster'
      ? 'The cluster itself was asked.'
      : `The cluster could not be asked${reason ? `: ${reason}` : '.'}`
  return [
    preview.allowed ? `Allowed${where}.` : `Would be refused${where}.`,
    ...violations.map(({ pointer, detail }) => `✗ ${pointer || 'settings'}: ${detail}`),
    ...findings.flatMap(finding => findingLines(cli.terminal, finding)),
    ...changes.map(({ change, kind, name }) => `${signs[change]} ${kind}/${name}`),
    `Takes CPU ${resources.cpu}, memory ${resources.memory}, storage ${resources.storage}.`,
    sure,
  ]
}
