import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { AddApp } from '#api/apps.ts'
import type { Violation } from '#api/problem.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { digestOfText } from '#platform/deployments/digest.ts'
import { PlatformError } from '#platform/errors.ts'
import { append, readStream } from '#platform/events/store.ts'
import { noSuchApp } from '#platform/no-such-app.ts'
import type { Actor } from '#platform/platform.ts'
import { admit } from './admit.ts'
import type { StoredAppData } from './app-data.ts'
import { moduleRefused } from './ask-module.ts'
import { ownWord } from './own-word.ts'

const compress = promisify(gzip)

/** Admits an app from outside and puts it on the shelf, in the place of an earlier version of it. Answers its id. */
export async function addApp(
  context: PlatformContext,
  actor: Actor,
  input: AddApp,
): Promise<string> {
  const { passport, violations } = ownWord(input.passport)
  const digest = digestOfText(input.bundle)
  const bundle = { digest, code: async () => input.bundle }
  const { data, facts } = await admit(context.sandbox, bundle)
  if (violations.length > 0) throw moduleRefused(data.id, violations)
  if (context.catalog.some(entry => entry.app.id === data.id)) throw ownApp(data.id)
  const now = context.clock()
  const packed = await compress(input.bundle)
  const { id, version } = data
  await context.database.transaction(async tx => {
    const replaces = await digestNow(tx, id)
    const shown = await wouldShow(tx, data)
    if (shown.length > 0) throw moduleRefused(id, shown)
    await tx.query(
      `insert into kade.added_app (id, digest, bundle, data, facts, passport, readme, icon, added_by, added_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (id) do update set digest = excluded.digest, bundle = excluded.bundle, data = excluded.data,
         facts = excluded.facts, passport = excluded.passport, readme = excluded.readme, icon = excluded.icon,
         added_by = excluded.added_by, added_at = excluded.added_at`,
      [
        id,
        digest,
        packed,
        JSON.stringify(data),
        JSON.stringify(facts),
        JSON.stringify(passport),
        input.readme,
        input.icon,
        actor.id,
        now,
      ],
    )
    const said = { app: id, version, digest, actor: actor.id, via: actor.via }
    const takes = data.secrets.filter(each => each.kind === 'provided').map(each => each.name)
    const added = {
      type: 'AppAdded',
      data: { ...said, ...(replaces && { replaces }), ...(takes.length > 0 && { takes }) },
    } as const
    await append(tx, `app-${id}`, null, [added], { meta: { at: now } })
  })
  return id
}

/** Takes an added app off the shelf. What was deployed of it must be gone first; its revisions stay readable. */
export async function removeApp(context: PlatformContext, actor: Actor, id: string): Promise<void> {
  if (context.catalog.some(entry => entry.app.id === id)) throw ownApp(id)
  await context.database.transaction(async tx => {
    const digest = await digestNow(tx, id)
    if (digest === undefined) throw new PlatformError('not-found', noSuchApp(id))
    // Waits for whoever deploys it at this moment, whose deployment is then seen below.
    await tx.query('delete from kade.added_app where id = $1', [id])
    const living = await tx.query<{ namespace: string; name: string; team: string }>(
      'select namespace, name, team from kade.deployment where app = $1 order by namespace, name',
      [id],
    )
    if (living.length > 0) throw inUse(id, living, actor)
    const removed = { app: id, digest, actor: actor.id, via: actor.via }
    await append(tx, `app-${id}`, null, [{ type: 'AppRemoved', data: removed }], {
      meta: { at: context.clock() },
    })
  })
}

/** The digest that stands there; nobody else changes this app until the transaction ends. */
async function digestNow(tx: Sql, id: string): Promise<string | undefined> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('app ' || $1, 0))", [id])
  const [row] = await tx.query<{ digest: string }>(
    'select digest from kade.added_app where id = $1',
    [id],
  )
  return row?.digest
}

/**
 * A value that people gave stays under its name, also through a deletion that keeps the data. If any earlier version of the app took
 * such a secret, a later one that says Kade made it could have it shown.
 */
async function wouldShow(tx: Sql, { id, secrets }: StoredAppData): Promise<Violation[]> {
  const events = await readStream(tx, `app-${id}`)
  const taken = new Set(
    events.flatMap(event => (event.type === 'AppAdded' ? (event.data.takes ?? []) : [])),
  )
  return secrets.flatMap(({ name, kind }, index) => {
    if (kind !== 'generated' || !taken.has(name)) return []
    return {
      pointer: `/app/secrets/${index}/kind`,
      detail: {
        en: `${name} was given by people in an earlier version, so it can not become a generated value; give the new secret another name`,
        nl: `${name} werd in een eerdere versie door mensen opgegeven, dus kan het geen gegenereerde waarde worden; geef het nieuwe geheim een andere naam`,
      },
    }
  })
}

function ownApp(id: string): PlatformError {
  return new PlatformError(
    'name-taken',
    { en: `${id} is an app of Kade itself.`, nl: `${id} is een app van Kade zelf.` },
    {
      next: {
        en: 'Give the app from outside an id of its own.',
        nl: 'Geef de app van buiten een eigen id.',
      },
    },
  )
}

/** Names the deployments that the actor may know of, and counts the rest. */
function inUse(
  id: string,
  living: readonly { namespace: string; name: string; team: string }[],
  actor: Actor,
): PlatformError {
  const mine = living
    .filter(one => actor.teams.includes(one.team))
    .map(one => `${one.namespace}/${one.name}`)
  const named = mine.length > 0 ? `: ${mine.slice(0, 10).join(', ')}` : ''
  return new PlatformError(
    'conflict',
    {
      en: `${living.length === 1 ? 'A deployment' : `${living.length} deployments`} of ${id} still live${living.length === 1 ? 's' : ''}${named}.`,
      nl: `Er ${living.length === 1 ? 'is nog een uitrol' : `zijn nog ${living.length} uitrollen`} van ${id}${named}.`,
    },
    {
      next: {
        en: 'Delete them first, or ask their teams to; then remove the app.',
        nl: 'Verwijder die eerst, of vraag het hun teams; haal daarna de app weg.',
      },
    },
  )
}
