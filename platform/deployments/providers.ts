import type { Sql } from '#platform/adapters/database/database.ts'
import { type Offers, readOffers } from '#platform/added-apps/added-app.ts'
import { findApp, type PlatformContext } from '#platform/context.ts'
import type { Actor } from '#platform/platform.ts'
import { shareDeployment } from './stream.ts'

/** A deployment as somebody binds to it. */
export type Provider = {
  readonly id: string
  /** `unusable` for an app from outside that breaks the rules of today so far that not even what it offers can be read. */
  readonly app: Offers | 'unusable'
  /** Where it runs; while it moves, those of them on which it stays. */
  readonly clusters: readonly string[]
  /** It is being deleted: nobody may begin to use it. */
  readonly leaving: boolean
  /** The value of one of its secrets, in its newest version. */
  readonly secret: (name: string) => Promise<string | undefined>
}

/** By `namespace/name`; null alike for what is foreign and what is not there. */
export type FindProvider = (target: string) => Promise<Provider | null>

type Row = {
  id: string
  app: string
  clusters: string[]
  leaving: boolean
  secret_version: number
}

/** The living deployments that the actor may bind to. One that is found is not deleted before the transaction's end. */
export function findsProviders(context: PlatformContext, sql: Sql, actor: Actor): FindProvider {
  const read = (target: string) => {
    const [namespace = '', name = ''] = target.split('/')
    return sql.query<Row>(
      `select d.id, d.app, d.desired ? 'deleted' as leaving,
          coalesce((select (r.data->>'secretVersion')::int from kade.revision r
            where r.deployment = d.id order by r.number desc limit 1), 0) as secret_version,
          case when o.kind = 'move' and o.ended_at is null and o.step is distinct from 'emptying'
            then array(select name from unnest(d.clusters) as name where name = any(o.clusters)) else d.clusters end as clusters
         from kade.deployment d join kade.operation o on o.id = d.operation_id
        where d.namespace = $1 and d.name = $2 and d.team = any($3)`,
      [namespace, name, [...actor.teams]],
    )
  }
  return async target => {
    const [seen] = await read(target)
    if (!seen) return null
    await shareDeployment(sql, seen.id)
    // Once more under its lock: a delete may have been asked for since.
    const [row] = await read(target)
    const app =
      row && ((await findApp(context, row.app, sql))?.app ?? (await readOffers(row.app, sql)))
    if (!row || !app) return null
    const { id, clusters, leaving, secret_version: version } = row
    return {
      id,
      app,
      clusters,
      leaving,
      secret: async name =>
        version > 0 ? (await context.secrets.read(sql, id, version))[name] : undefined,
    }
  }
}

/** The teams of the deployments that a revision is bound to, as far as these still live. */
export async function teamsOf(
  sql: Sql,
  bindings: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const rows = await sql.query<{ team: string }>(
    `select distinct team from kade.deployment where namespace || '/' || name = any($1)`,
    [Object.values(bindings).filter(one => typeof one === 'string')],
  )
  return rows.map(one => one.team)
}
