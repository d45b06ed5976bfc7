import type { FieldChange, ObjectChange, Preview } from '#api/deployments.ts'
import { type Cli, type OutputFlags, print } from './command.ts'
import { exit } from './exit.ts'
import { originLines } from './origins.ts'
import { clean, findingLines, oneLine, short } from './render.ts'
import { tell } from './terminal.ts'

/** Shows what would happen; exit code 3 when it would be refused. */
export function showPreview(cli: Cli, flags: OutputFlags, preview: Preview): void {
  print(cli, flags, preview, previewLines(cli, preview))
  if (!preview.allowed) cli.exit(exit.refused)
}

const signs: Record<Preview['changes'][number]['change'], string> = {
  create: '+',
  change: '~',
  recreate: '±',
  'take-over': '!',
  delete: '-',
  unchanged: '=',
  unknown: '?',
}

function previewLines(cli: Cli, preview: Preview): string[] {
  const { findings, violations, changes, checked, reason, cluster, simulated, hash } = preview
  const { resources, values, origins, environment } = preview
  const where = cluster ? ` on ${cluster}${simulated ? ' (simulated)' : ''}` : ''
  const sure =
    checked === 'cluster'
      ? 'The cluster itself was asked.'
      : `The cluster could not be asked${reason ? `: ${clean(tell(cli.terminal, reason))}` : '.'}`
  return [
    preview.allowed ? `Allowed${where}.` : `Would be refused${where}.`,
    ...violations.map(
      ({ pointer, detail }) =>
        `✗ ${oneLine(pointer) || 'settings'}: ${clean(tell(cli.terminal, detail))}`,
    ),
    ...findings.flatMap(finding => findingLines(cli.terminal, finding)),
    ...changes.flatMap(changeLines),
    'Runs with',
    ...originLines(values, origins, environment),
    ...collected[preview.monitoring],
    `Takes CPU ${resources.cpu}, memory ${resources.memory}, storage ${resources.storage}.`,
    sure,
    ...(hash ? [`To have exactly this applied: --preview ${hash}`] : []),
  ]
}

/** Whether Prometheus comes for the app's figures; nothing where the app has none or nobody wants them. */
const collected: Record<Preview['monitoring'], readonly string[]> = {
  collected: ['Prometheus collects its figures.'],
  'no-operator': [
    'Prometheus cannot be told to collect its figures: the cluster has no operator for it.',
  ],
  unknown: ['It is not known yet whether the cluster can have Prometheus collect its figures.'],
  'app-has-none': [],
  'not-wanted': [],
}

const whose = {
  you: 'you change:',
  both: 'you change, and somebody changed it by hand too (yours will stand):',
  'somebody-else': 'somebody changed by hand (this is put back):',
} as const

/** An object, and below it what you change apart from what somebody changed by hand. */
function changeLines({ change, kind, name, fields = [], moreFields }: ObjectChange): string[] {
  const groups = (['you', 'both', 'somebody-else'] as const).flatMap(by => {
    const lines = fields.filter(field => field.by === by).map(fieldLine)
    return lines.length > 0 ? [`    ${whose[by]}`, ...lines] : []
  })
  const more = moreFields ? [`    and ${moreFields} more`] : []
  return [`${signs[change]} ${kind}/${name}`, ...groups, ...more]
}

function fieldLine({ path, live, next, manager }: FieldChange): string {
  const who = manager ? ` (${manager})` : ''
  return clean(`      ${path}: ${short(live)} → ${short(next)}${who}`)
}
