import type { Command } from 'commander'
import { type AppFilter, type AppList, appFilterNames } from '#api/app-filters.ts'
import type { App, UnusableApp } from '#api/apps.ts'
import type { CallInput } from '#api/client.ts'
import type { Contract } from '#api/contract.ts'
import type { Text } from '#api/names.ts'
import { type Cli, collect, type OutputFlags, print, withOutput } from '../command.ts'
import { isRecord } from '../input.ts'
import { oneLine, table } from '../render.ts'
import { tell } from '../terminal.ts'
import { word } from '../words.ts'
import { registerAppsAdd } from './apps-add.ts'

/** A flag per filter of the catalogue: `openSource` is `--open-source`. */
function flagOf(filter: AppFilter): string {
  return filter.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}

const about: Readonly<Record<AppFilter, string>> = {
  category: 'only of this category',
  openSource: 'yes, partly or no',
  dpia: 'whether a privacy assessment is there: yes, partly, no, unknown',
  accessibility: 'yes, partly, no, unknown, not-applicable',
  aiRisk: 'class of AI risk, such as minimal',
  selfHostable: 'yes, partly, no, unknown',
  capability: 'what it provides, such as openai-api',
  needs: 'a capability it can use',
  licence: 'SPDX expression, such as MIT',
  gpu: 'none, optional or required',
  podSecurity: 'restricted, baseline or privileged',
}

type Filters = { query?: string } & { [F in AppFilter]?: string[] }
type ListQuery = NonNullable<CallInput<Contract['listApps']>['query']>

export function registerApps(program: Command, cli: Cli): void {
  const command = program
    .command('apps [app]')
    .description('the catalogue, searched and narrowed, or one app with its settings and passport')
    .option('-q, --query <text>', 'only apps that all these words are found in')
  for (const filter of appFilterNames)
    command.option(`--${flagOf(filter)} <value>`, `${about[filter]}; may be repeated`, collect)
  // A flag after the word of a command below is that command's.
  registerAppsAdd(command.enablePositionalOptions(), cli)
  withOutput(command).action(async (app: string | undefined, flags: OutputFlags & Filters) => {
    const { client } = await cli.connect()
    if (app) {
      const found = await client.readApp({ params: { app } })
      print(cli, flags, found, appLines(cli, found))
      return
    }
    const list = await client.listApps({ query: { limit: 200, ...queryOf(flags) } })
    print(cli, flags, list, listLines(cli, list))
  })
}

function queryOf(flags: Filters): ListQuery {
  const filters = appFilterNames.map(filter => [filter, flags[filter]])
  // The values are a person's; the server says which of them a filter does not know.
  return { q: flags.query, ...Object.fromEntries(filters) } as ListQuery
}

function listLines(cli: Cli, list: AppList): string[] {
  return [...foundLines(cli, list), ...list.unusable.flatMap(one => unusableLines(cli, one))]
}

function unusableLines({ terminal }: Cli, { reason, violations, next }: UnusableApp): string[] {
  return [
    '',
    `✗ ${oneLine(tell(terminal, reason))}`,
    ...violations.map(
      ({ pointer, detail }) => `    ${oneLine(pointer)}: ${oneLine(tell(terminal, detail))}`,
    ),
    `→ ${oneLine(tell(terminal, next))}`,
  ]
}

function foundLines(cli: Cli, { items, total, without, next }: AppList): string[] {
  if (total === 0)
    return [
      tell(cli.terminal, { en: 'No app fits.', nl: 'Geen app past hierbij.' }),
      ...without.map(({ filter, count }) => {
        const flag = filter === 'q' ? 'query' : flagOf(filter)
        return tell(cli.terminal, {
          en: `  Without --${flag}: ${count === 1 ? 'one app' : `${count} apps`}.`,
          nl: `  Zonder --${flag}: ${count === 1 ? 'één app' : `${count} apps`}.`,
        })
      }),
      tell(cli.terminal, {
        en: '→ Ask for less, or see the whole catalogue with: kade apps',
        nl: '→ Vraag minder, of bekijk de hele catalogus met: kade apps',
      }),
    ]
  const rows = items.map(one => [
    one.id,
    one.version,
    one.licence,
    one.aiRisk,
    tell(cli.terminal, one.description),
  ])
  return [
    ...table(cli.terminal, ['APP', 'VERSION', 'LICENCE', 'AI RISK', 'DESCRIPTION'], rows),
    ...(next === null
      ? []
      : [
          tell(cli.terminal, {
            en: `The first ${items.length} of ${total}; narrow it to see the rest.`,
            nl: `De eerste ${items.length} van ${total}; beperk het om de rest te zien.`,
          }),
        ]),
  ]
}

function appLines(cli: Cli, app: App): string[] {
  const properties = isRecord(app.settingsSchema.properties) ? app.settingsSchema.properties : {}
  const settings = Object.entries(properties).map(([name, schema]) => {
    const { type, default: standard, title } = isRecord(schema) ? schema : {}
    const preset = standard === undefined ? '' : JSON.stringify(standard)
    return [name, String(type ?? ''), preset, typeof title === 'string' ? title : '']
  })
  const secrets = app.secrets
    .filter(({ kind }) => kind === 'provided')
    .map(({ name, optional, title }) => [
      name,
      word(cli.terminal, optional ? 'optional' : 'needed'),
      tell(cli.terminal, title),
    ])
  const needs = app.needs.map(({ name, capability, optional }) => [
    name,
    capability,
    word(cli.terminal, optional ? 'optional' : 'needed'),
  ])
  return [
    oneLine(`${app.name} ${app.version} (${app.id}), ${app.licence}`),
    oneLine(tell(cli.terminal, app.description)),
    oneLine(tell(cli.terminal, answersOf(cli, app))),
    `GPU ${app.gpu} · pod security ${app.podSecurity}`,
    ...(app.added ? [tell(cli.terminal, broughtBy(app.added))] : []),
    '',
    ...passportLines(cli, app),
    ...(settings.length > 0
      ? ['', ...table(cli.terminal, ['SETTING', 'TYPE', 'DEFAULT', 'WHAT'], settings)]
      : []),
    ...(secrets.length > 0 ? ['', ...table(cli.terminal, ['SECRET', '', 'WHAT'], secrets)] : []),
    ...(needs.length > 0 ? ['', ...table(cli.terminal, ['NEED', 'CAPABILITY', ''], needs)] : []),
    '',
    `${tell(cli.terminal, { en: 'Deploy it with', nl: 'Rol hem uit met' })}: kade deploy ${app.id} -n <namespace> --wait`,
  ]
}

/** The answers people ask for first, on one line. */
function answersOf({ terminal }: Cli, app: App): Text {
  const { aiRisk } = app
  const open = word(terminal, app.openSource)
  const hosted = word(terminal, app.selfHostable)
  const dpia = word(terminal, app.dpia)
  const access = word(terminal, app.accessibility)
  return {
    en: `AI risk ${aiRisk} · open source ${open} · self-hostable ${hosted} · DPIA ${dpia} · accessibility ${access}`,
    nl: `AI-risico ${aiRisk} · open source ${open} · zelf te hosten ${hosted} · DPIA ${dpia} · toegankelijkheid ${access}`,
  }
}

function broughtBy({ by, at, digest }: NonNullable<App['added']>): Text {
  return {
    en: `From outside: added by ${by} on ${at}, module ${digest}`,
    nl: `Van buiten: toegevoegd door ${by} op ${at}, module ${digest}`,
  }
}

/** What is known of it, how sure that is, and until when; the evidence itself is in `-o json` and on its page. */
function passportLines(cli: Cli, { passport, checks, expired, unanswered }: App): string[] {
  const says = (said: string) => word(cli.terminal, said)
  const checked = tell(cli.terminal, { en: 'checked', nl: 'nagekeken' })
  const past = tell(cli.terminal, { en: ' (expired)', nl: ' (verlopen)' })
  const rows = passport.criteria.map(({ id, answer, value, assurance, expiresAt, explanation }) => [
    id,
    value ? `${says(answer)} (${value})` : says(answer),
    assurance,
    expiresAt ? `${expiresAt}${expired.includes(id) ? past : ''}` : '',
    tell(cli.terminal, explanation),
  ])
  for (const { id, answer, value, explanation } of checks)
    rows.push([id, `${says(answer)} (${value})`, checked, '', tell(cli.terminal, explanation)])
  const also = tell(cli.terminal, { en: 'Unknown as well', nl: 'Ook onbekend' })
  const open = unanswered.length > 0 ? [`${also}: ${unanswered.join(', ')}`] : []
  return [
    ...table(cli.terminal, ['CRITERION', 'ANSWER', 'HOW SURE', 'VALID UNTIL', 'WHY'], rows),
    ...open,
  ]
}
