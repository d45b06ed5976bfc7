import type { Command } from 'commander'
import type { App } from '#api/apps.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { isRecord } from '../input.ts'
import { clean, table } from '../render.ts'
import { tell } from '../terminal.ts'

export function registerApps(program: Command, cli: Cli): void {
  const command = program
    .command('apps [app]')
    .description('the catalogue, or one app with its settings')
    .option('-q, --query <text>', 'only apps that this text is found in')
  withOutput(command).action(
    async (app: string | undefined, flags: OutputFlags & { query?: string }) => {
      const { client } = await cli.connect()
      if (app) {
        const found = await client.readApp({ params: { app } })
        print(cli, flags, found, appLines(cli, found))
        return
      }
      const query = { limit: 200, ...(flags.query ? { q: flags.query } : {}) }
      const page = await client.listApps({ query })
      const rows = page.items.map(one => [
        one.id,
        one.version,
        one.licence,
        one.aiRisk,
        tell(cli.terminal, one.description),
      ])
      print(cli, flags, page, table(['APP', 'VERSION', 'LICENCE', 'AI RISK', 'DESCRIPTION'], rows))
    },
  )
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
      optional ? 'optional' : 'needed',
      tell(cli.terminal, title),
    ])
  const needs = app.needs.map(({ name, capability, optional }) => [
    name,
    capability,
    optional ? 'optional' : 'needed',
  ])
  return [
    `${app.name} ${app.version} (${app.id}), ${app.licence}`,
    clean(tell(cli.terminal, app.description)),
    `AI risk ${app.aiRisk} · open source ${app.openSource} · self-hostable ${app.selfHostable} · DPIA ${app.dpia} · accessibility ${app.accessibility}`,
    ...(settings.length > 0
      ? ['', ...table(['SETTING', 'TYPE', 'DEFAULT', 'WHAT'], settings)]
      : []),
    ...(secrets.length > 0 ? ['', ...table(['SECRET', '', 'WHAT'], secrets)] : []),
    ...(needs.length > 0 ? ['', ...table(['NEED', 'CAPABILITY', ''], needs)] : []),
    '',
    `Deploy it with: kade deploy ${app.id} -n <namespace> --wait`,
  ]
}
