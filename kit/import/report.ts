/** What an import tells the person who goes on with it. */
import { relaxations } from '../security.ts'
import type { Adjustment } from './adjustment.ts'
import type { ImportedApp, Outcome } from './import-app.ts'
import { exportName } from './source.ts'

/** How an object came through, in words. */
export function outcomeText({ outcome, fields }: Outcome): string {
  if (outcome === 'whole') return 'whole'
  return `with overlay (${fields} field${fields === 1 ? '' : 's'})`
}

function section(heading: string, lead: string, lines: readonly string[]): string {
  return lines.length === 0
    ? ''
    : `\n## ${heading}\n\n${lead}\n\n${lines.map(each => `- ${each}\n`).join('')}`
}

/** Pointers of one reason together: a pod of many containers says the same many times. */
function grouped(adjustments: readonly Adjustment[]): string[] {
  const whys = [...new Set(adjustments.map(each => each.why))]
  return whys.map(why => {
    const places = adjustments.filter(each => each.why === why)
    return `${why}: ${places.map(each => `\`${each.object}${each.pointer}\``).join(', ')}`
  })
}

/** The guide beside the module, in Markdown. */
export function moduleReadme(app: ImportedApp): string {
  const { draft, secrets, adjustments, outcomes, open, input } = app
  const of = (kind: Adjustment['kind']) => adjustments.filter(each => each.kind === kind)
  const refused = of('refused').map(
    ({ object, pointer, why, value }) =>
      `\`${object}${pointer}\` was \`${JSON.stringify(value)}\`: ${why}`,
  )
  const fixed = app.expected
    .map(each => each.metadata.name)
    .filter(name => name !== input.name && !name.startsWith(`${input.name}-`))
  return [
    `# ${draft.id}\n\n`,
    `Imported from ${app.originals.length} objects. \`${exportName(draft.id)}\` in \`${draft.id}.ts\` renders them again when it is deployed`,
    ` as \`${input.name}\` in \`${input.namespace}\`, with ${input.replicas} replica${input.replicas === 1 ? '' : 's'}${input.ingress ? ` and the host \`${input.ingress.host}\`` : ''}.\n`,
    section(
      'Objects',
      'How each came through.',
      outcomes.map(each => `\`${each.object}\`: ${outcomeText(each)}`),
    ),
    section(
      'To answer first',
      'The platform refuses the module until these are answered in it.',
      open.map(({ pointer, detail }) => `\`${pointer}\`: ${detail}`),
    ),
    section(
      'Secrets to give',
      'No value came along. Give each when you deploy.',
      [...secrets].map(
        ([name, { secret, key }]) => `\`${name}\`, which was \`${key}\` of Secret \`${secret}\``,
      ),
    ),
    section(
      'Openings',
      'The module opens the restricted profile as the objects did. Close what the app does not need.',
      relaxations(draft.relax).map(({ what, because }) => `\`${what}\`: ${because}`),
    ),
    section('Refused', 'Taken out, and kept in `residue.yaml`: no module may have it.', refused),
    section('Added', 'Every module has these, and nobody had said them.', grouped(of('added'))),
    section(
      'Renamed',
      'The same values by other names.',
      of('renamed').map(each => each.why),
    ),
    section(
      'Names that stay',
      'These do not begin with the name of the deployment, so the app can be deployed once in a namespace.',
      [...new Set(fixed)].map(each => `\`${each}\``),
    ),
  ].join('')
}
