import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Passport, type UnusableApp } from '#api/apps.ts'
import type { AppData } from '#kit/app.ts'
import type { ModuleFacts } from '#kit/module-facts.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { ModuleSandbox } from '#platform/adapters/modules/module-sandbox.ts'
import type { AddedApp, CatalogueEntry, PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { violationsOf } from '#platform/violations-of.ts'
import { AppDataOf, appData, OffersOf } from './app-data.ts'
import { addedApp } from './ask-module.ts'
import { unusableApp } from './unusable-app.ts'

const decompress = promisify(gunzip)

type Row = {
  id: string
  digest: string
  data: unknown
  facts: ModuleFacts
  passport: unknown
  readme: string
  icon: string
  added_by: string
  added_at: Date
}

// Never the bundle: lists would carry megabytes.
const columns = 'id, digest, data, facts, passport, readme, icon, added_by, added_at'

export type AddedShelf = {
  readonly entries: readonly CatalogueEntry[]
  /** Those that this Kade cannot use as they were added. */
  readonly unusable: readonly UnusableApp[]
}

/** The apps that people brought from outside, by id. */
export async function listAddedApps(
  { sandbox }: Pick<PlatformContext, 'sandbox'>,
  sql: Sql,
): Promise<AddedShelf> {
  const rows = await sql.query<Row>(`select ${columns} from kade.added_app order by id`)
  const read = rows.map(row => entryOf(sandbox, sql, row))
  return {
    entries: read.flatMap(one => ('app' in one ? one : [])),
    unusable: read.flatMap(one => ('app' in one ? [] : one)),
  }
}

/** Undefined for an app that is not there. Its module is read where its entry was, and so no later than that transaction lasts. */
export async function lookUpAddedApp(
  { sandbox }: Pick<PlatformContext, 'sandbox'>,
  id: string,
  sql: Sql,
): Promise<CatalogueEntry | UnusableApp | undefined> {
  const [row] = await sql.query<Row>(`select ${columns} from kade.added_app where id = $1`, [id])
  return row && entryOf(sandbox, sql, row)
}

/** Undefined for an app that is not there or cannot be used. */
export async function readAddedApp(
  context: Pick<PlatformContext, 'sandbox'>,
  id: string,
  sql: Sql,
): Promise<CatalogueEntry | undefined> {
  const read = await lookUpAddedApp(context, id, sql)
  return read && 'app' in read ? read : undefined
}

/** What an app is to those that are bound to its deployments. */
export type Offers = Pick<AppData, 'name' | 'provides'> & {
  readonly network: Pick<AppData['network'], 'ports'>
}

/** What an app offers that cannot be used itself, as far as that can be read; undefined where the app is not there. */
export async function readOffers(id: string, sql: Sql): Promise<Offers | 'unusable' | undefined> {
  const [row] = await sql.query<Pick<Row, 'data'>>(
    'select data from kade.added_app where id = $1',
    [id],
  )
  if (!row) return undefined
  const { data } = OffersOf.safeParse(row.data)
  // zod says `| undefined` of what may be absent; JSON has no such fields.
  return data ? ({ ...data, name: id } as Offers) : 'unusable'
}

function entryOf(sandbox: ModuleSandbox, sql: Sql, row: Row): CatalogueEntry | UnusableApp {
  const { id, digest, facts, readme, icon } = row
  const added = { by: row.added_by, at: row.added_at.toISOString(), digest }
  const data = AppDataOf.safeParse(row.data)
  const passport = Passport.safeParse(row.passport)
  if (!data.success || !passport.success)
    return unusableApp({ id, added }, [
      ...violationsOf(data.error?.issues ?? [], '/app'),
      ...violationsOf(passport.error?.issues ?? [], '/passport'),
    ])
  const bundle = { digest, code: () => readBundle(sql, row) }
  return {
    app: addedApp(sandbox, bundle, appData(data.data)),
    passport: passport.data,
    documents: {},
    readme,
    icon,
    added: { ...added, facts },
  }
}

async function readBundle(sql: Sql, { id, digest }: Row): Promise<string> {
  const [row] = await sql.query<{ bundle: Buffer }>(
    'select bundle from kade.added_app where id = $1 and digest = $2',
    [id, digest],
  )
  if (row) return (await decompress(row.bundle)).toString('utf8')
  throw changed(id)
}

/** Holds an added app as it was found until the transaction ends: nobody takes it away or replaces it meanwhile. */
export async function holdAddedApp(sql: Sql, { id, digest }: AddedApp): Promise<void> {
  const held = await sql.query(
    'select 1 from kade.added_app where id = $1 and digest = $2 for share',
    [id, digest],
  )
  if (held.length === 0) throw changed(id)
}

function changed(id: string): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: `The app ${id} was replaced or taken off the shelf at this moment.`,
      nl: `De app ${id} is op dit moment vervangen of uit de catalogus gehaald.`,
    },
    {
      next: {
        en: 'Look at the app as it is now, and try again.',
        nl: 'Bekijk de app zoals hij nu is en probeer het opnieuw.',
      },
    },
  )
}
