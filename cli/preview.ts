import type { FieldChange, ObjectChange, Preview } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import { type Cli, type OutputFlags, print } from './command.ts'
import { exit } from './exit.ts'
import { failoverLine } from './failover-flags.ts'
import { originLines } from './origins.ts'
import { placementLines } from './placement.ts'
import { clean, findingLines, oneLine, short } from './render.ts'
import { type Terminal, tell } from './terminal.ts'
import { simulatedMark } from './words.ts'

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
  const { findings, violations, changes, checked, reason, clusters, simulated, hash } = preview
  const { resources, values, origins, environment } = preview
  const says = (en: string, nl: string) => tell(cli.terminal, { en, nl })
  const mark = simulatedMark(cli.terminal, { simulated })
  const where = clusters.length > 0 ? ` ${says('on', 'op')} ${clusters.join(', ')}${mark}` : ''
  const why = reason ? `: ${clean(tell(cli.terminal, reason))}` : '.'
  const sure =
    checked === 'cluster'
      ? says('The cluster itself was asked.', 'Het cluster zelf is ernaar gevraagd.')
      : `${says('The cluster could not be asked', 'Het cluster kon niet worden gevraagd')}${why}`
  return [
    preview.allowed
      ? `${says('Allowed', 'Toegestaan')}${where}.`
      : `${says('Would be refused', 'Wordt geweigerd')}${where}.`,
    ...violations.map(
      ({ pointer, detail }) =>
        `✗ ${oneLine(pointer) || 'settings'}: ${clean(tell(cli.terminal, detail))}`,
    ),
    ...findings.flatMap(finding => findingLines(cli.terminal, finding)),
    ...objectChangeLines(cli.terminal, changes),
    ...(preview.placement.length > 0 ? [says('Placement', 'Plaatsing')] : []),
    ...placementLines(cli.terminal, preview.placement),
    `${says('When its cluster is down', 'Als het cluster uit is')}: ${failoverLine(cli.terminal, preview.failover)}`,
    says('Runs with', 'Draait met'),
    ...originLines(cli.terminal, values, origins, environment),
    ...collected[preview.monitoring].map(text => tell(cli.terminal, text)),
    says(
      `Takes CPU ${resources.cpu}, memory ${resources.memory}, storage ${resources.storage}.`,
      `Neemt CPU ${resources.cpu}, geheugen ${resources.memory}, opslag ${resources.storage}.`,
    ),
    sure,
    ...(hash
      ? [
          `${says('To have exactly this applied', 'Om precies dit te laten toepassen')}: --preview ${hash}`,
        ]
      : []),
  ]
}

/** Whether Prometheus comes for the app's figures; nothing where the app has none or nobody wants them. */
const collected: Record<Preview['monitoring'], readonly Text[]> = {
  collected: [
    { en: 'Prometheus collects its figures.', nl: 'Prometheus haalt de cijfers van de app op.' },
  ],
  'no-operator': [
    {
      en: 'Prometheus cannot be told to collect its figures: the cluster has no operator for it.',
      nl: 'Prometheus kan de cijfers niet ophalen: het cluster heeft er geen operator voor.',
    },
  ],
  unknown: [
    {
      en: 'It is not known yet whether the cluster can have Prometheus collect its figures.',
      nl: 'Het is nog niet bekend of het cluster de cijfers door Prometheus kan laten ophalen.',
    },
  ],
  'app-has-none': [],
  'not-wanted': [],
}

const whose = {
  you: { en: 'you change:', nl: 'jij wijzigt:' },
  both: {
    en: 'you change, and somebody changed it by hand too (yours will stand):',
    nl: 'jij wijzigt, en iemand wijzigde het ook met de hand (dat van jou blijft staan):',
  },
  'somebody-else': {
    en: 'somebody changed by hand (this is put back):',
    nl: 'iemand wijzigde met de hand (dit wordt teruggezet):',
  },
} as const

/** What would change, object by object. */
export function objectChangeLines(terminal: Terminal, changes: readonly ObjectChange[]): string[] {
  return changes.flatMap(one => changeLines(terminal, one))
}

/** An object, and below it what you change apart from what somebody changed by hand. */
function changeLines(
  terminal: Terminal,
  { change, kind, name, cluster, fields = [], moreFields }: ObjectChange,
): string[] {
  const groups = (['you', 'both', 'somebody-else'] as const).flatMap(by => {
    const lines = fields.filter(field => field.by === by).map(fieldLine)
    return lines.length > 0 ? [`    ${tell(terminal, whose[by])}`, ...lines] : []
  })
  const more = moreFields
    ? [`    ${tell(terminal, { en: `and ${moreFields} more`, nl: `en nog ${moreFields}` })}`]
    : []
  const where = cluster ? ` (${clean(cluster)})` : ''
  return [`${signs[change]} ${kind}/${name}${where}`, ...groups, ...more]
}

function fieldLine({ path, live, next, manager }: FieldChange): string {
  const who = manager ? ` (${manager})` : ''
  return clean(`      ${path}: ${short(live)} → ${short(next)}${who}`)
}
