import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'

/** A deployment that is bound to another: as it is wanted, as it is applied, or as it last served. */
export type Consumer = {
  readonly id: string
  readonly namespace: string
  readonly name: string
  readonly team: string
  /** Its open operation ends this use: it is being deleted, or bound to something else. */
  readonly leaving: boolean
  /** Of its last operation. */
  readonly deadline: Date
}

export type Provider = { readonly id: string; readonly namespace: string; readonly name: string }

/** Who uses a deployment, by name. */
export async function consumersOf(sql: Sql, provider: Provider): Promise<Consumer[]> {
  return sql.query<Consumer>(
    `select d.id, d.namespace, d.name, d.team, o.deadline,
        o.ended_at is null and (o.kind = 'delete' or not bool_or(r.number = d.revision)) as leaving
       from kade.revision r
       join kade.deployment d on d.id = r.deployment
       join kade.operation o on o.id = d.operation_id
      where jsonb_path_query_array(r.data->'bindings', '$.*') @> jsonb_build_array($1::text) and d.id <> $2
        and (r.number = d.revision or r.number = (d.applied->>'revision')::int
          or r.number = (select max(s.number) from kade.revision s
                          where s.deployment = d.id and s.result = 'succeeded'))
      group by d.id, o.id order by d.namespace, d.name`,
    [`${provider.namespace}/${provider.name}`, provider.id],
  )
}

/** What a plan will make of deployments before it deletes others, by id: what each is bound to then; nothing where it goes too. */
export type Ahead = ReadonlyMap<
  string,
  User & { readonly bindings: Readonly<Record<string, unknown>> }
>

type User = Pick<Consumer, 'namespace' | 'name' | 'team'>

/** Who goes on using a deployment once what is ahead has been asked for: these keep it from being deleted. */
export async function stayingUsers(
  sql: Sql,
  provider: Provider,
  ahead: Ahead = new Map(),
): Promise<readonly User[]> {
  const target = `${provider.namespace}/${provider.name}`
  const users = await consumersOf(sql, provider)
  const staying: User[] = users.filter(one => !one.leaving && !ahead.has(one.id))
  for (const [id, one] of ahead)
    if (id !== provider.id && Object.values(one.bindings).includes(target)) staying.push(one)
  return staying
}

/** Throws `in-use` where a deployment has consumers that stay; those the actor may not see are only counted. */
export async function refuseInUse(
  sql: Sql,
  actor: Pick<Actor, 'teams'>,
  provider: Provider,
  ahead?: Ahead,
): Promise<void> {
  const staying = await stayingUsers(sql, provider, ahead)
  if (staying.length > 0) throw inUse(actor, provider, staying)
}

/** Throws `in-use` where a deployment has consumers at all: the open operation of one that leaves may yet fail. */
export async function refuseUsed(
  sql: Sql,
  actor: Pick<Actor, 'teams'>,
  provider: Provider,
): Promise<void> {
  const users = await consumersOf(sql, provider)
  if (users.length > 0) throw inUse(actor, provider, users)
}

function inUse(
  actor: Pick<Actor, 'teams'>,
  provider: Provider,
  users: readonly User[],
): PlatformError {
  const who = namesOf(users, actor.teams)
  const target = `${provider.namespace}/${provider.name}`
  return new PlatformError(
    'in-use',
    {
      en: `${target} is in use by ${who.en}.`,
      nl: `${target} is in gebruik door ${who.nl}.`,
    },
    {
      next: {
        en: 'Delete what uses it first, or bind that to something else.',
        nl: 'Verwijder eerst wat hem gebruikt, of koppel dat aan iets anders.',
      },
    },
  )
}

/** Deployments by name as far as members of these teams may know them, and how many others there are. */
export function namesOf(consumers: readonly User[], teams: readonly string[]): Text {
  const known = consumers.filter(one => teams.includes(one.team))
  const names = known.map(one => `${one.namespace}/${one.name}`)
  const others = consumers.length - known.length
  if (others === 0) return { en: names.join(', '), nl: names.join(', ') }
  const more = {
    en: `${others} ${others === 1 ? 'deployment' : 'deployments'} of other teams`,
    nl: `${others} ${others === 1 ? 'uitrol' : 'uitrollen'} van andere teams`,
  }
  if (names.length === 0) return more
  return { en: `${names.join(', ')} and ${more.en}`, nl: `${names.join(', ')} en ${more.nl}` }
}
