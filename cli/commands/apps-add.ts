import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { parse } from 'yaml'
import type { AddApp, App } from '#api/apps.ts'
import type { Text } from '#api/names.ts'
import { type Cli, type OutputFlags, print, withOutput } from '../command.ts'
import { newIdempotencyKey } from '../connection.ts'
import { exit } from '../exit.ts'
import { isRecord } from '../input.ts'
import { clean } from '../render.ts'
import { tell, UsageError } from '../terminal.ts'

/** `kade apps add` and `kade apps remove`: what people bring from outside. */
export function registerAppsAdd(apps: Command, cli: Cli): void {
  const add = apps
    .command('add <source>')
    .description(
      'put an app from outside on the shelf: the folder of a module, a packed package (.tgz), the name of a package, or a Git address',
    )
  withOutput(add).action(async (source: string, flags: OutputFlags) => {
    const body = await bodyOf(cli, source)
    if (body === null) return
    const { client } = await cli.connect()
    const app = await client.addApp({ body, idempotencyKey: newIdempotencyKey() })
    print(cli, flags, app, addedLines(cli, app))
  })
  apps
    .command('remove <app>')
    .description('take an app from outside off the shelf; nothing of it may be deployed any more')
    .action(async (app: string) => {
      const { client } = await cli.connect()
      await client.removeApp({ params: { app } })
      cli.terminal.out(
        tell(cli.terminal, {
          en: `${app} is off the shelf.`,
          nl: `${app} is uit de catalogus gehaald.`,
        }),
      )
    })
}

/** What is sent: the module as one script, and what lies beside it. Null when the module cannot be sent, which has been said. */
async function bodyOf(cli: Cli, given: string): Promise<AddApp | null> {
  // Loaded only now: every other command starts without them.
  const [{ fetchSource }, { bundleModule }] = await Promise.all([
    import('../module/fetch-source.ts'),
    import('../module/bundle.ts'),
  ])
  const source = await fetchSource(given)
  try {
    const bundled = await bundleModule(source.place)
    if (bundled === 'no-bundler')
      throw new UsageError({
        en: 'The module cannot be sent: no esbuild here: npm install --save-dev esbuild',
        nl: 'De module kan niet worden verstuurd: hier is geen esbuild: npm install --save-dev esbuild',
      })
    if ('findings' in bundled) {
      cli.terminal.err('The module cannot be made one script.')
      for (const { pointer, detail } of bundled.findings)
        cli.terminal.err(clean(`  ${pointer || given}: ${detail}`))
      cli.exit(exit.refused)
      return null
    }
    return {
      bundle: bundled.code,
      passport: await passportIn(source.beside),
      readme: await textIn(source.beside, 'README.md', {
        en: 'the guide of the app',
        nl: 'de handleiding van de app',
      }),
      icon: await textIn(source.beside, 'icon.svg', {
        en: 'the picture of the app',
        nl: 'het plaatje van de app',
      }),
    }
  } finally {
    await source.close()
  }
}

async function textIn(folder: string, file: string, what: Text): Promise<string> {
  return await readFile(join(folder, file), 'utf8').catch(() => {
    throw new UsageError({
      en: `There is no ${file} beside the module: it is ${what.en}.`,
      nl: `Er staat geen ${file} naast de module: dat is ${what.nl}.`,
    })
  })
}

async function passportIn(folder: string): Promise<Record<string, unknown>> {
  const text = await textIn(folder, 'passport.yaml', {
    en: 'what people judge the app by',
    nl: 'waarop mensen de app beoordelen',
  })
  try {
    const passport: unknown = parse(text)
    if (isRecord(passport)) return passport
  } catch (error) {
    const why = error instanceof Error ? error.message : error
    throw new UsageError({
      en: `passport.yaml cannot be read: ${why}`,
      nl: `passport.yaml is niet te lezen: ${why}`,
    })
  }
  throw new UsageError({
    en: 'passport.yaml holds no fields.',
    nl: 'passport.yaml bevat geen velden.',
  })
}

function addedLines({ terminal }: Cli, app: App): string[] {
  const says = (en: string, nl: string) => tell(terminal, { en, nl })
  const opens = says('opens', 'opent')
  const called = `${app.name} ${app.version} (${app.id})`
  return [
    says(`${called} stands on the shelf.`, `${called} staat in de catalogus.`),
    `  module ${app.added?.digest ?? ''}`,
    `  pod security ${app.podSecurity} · ${says('licence', 'licentie')} ${app.licence}`,
    ...app.relaxations.map(({ what, because }) => `  ${opens} ${what}: ${because}`),
    `${says('Look at it with', 'Bekijk hem met')}: kade apps ${app.id}`,
  ].map(clean)
}
