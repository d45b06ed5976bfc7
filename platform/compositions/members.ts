import type { CompositionMember } from '#api/compositions.ts'
import { inOrder } from '#kit/arrange.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { currentOf } from '#platform/deployments/current.ts'
import type { DeploymentState } from '#platform/deployments/deployment.ts'
import type { Current } from '#platform/deployments/draft.ts'
import { load, lockDeployment } from '#platform/deployments/stream.ts'

export type Key = { readonly namespace: string; readonly name: string }

/** A living deployment in the namespace of a composition. */
export type Living = {
  readonly id: string
  readonly name: string
  readonly state: DeploymentState
  readonly current: Current
}

/** Whether a deployment of the same namespace is one of this composition. */
export function isMember({ identity }: DeploymentState, { name }: Key): boolean {
  return identity?.composition === name
}

/** Makes changes of one composition wait for each other until the transaction's end. */
export async function lockComposition(tx: Sql, { namespace, name }: Key): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `composition ${namespace}/${name}`,
  ])
}

/**
 * The members a composition has, and the deployments outside it that bear a name it wants. With `hold` nobody changes them
 * before the transaction's end; they are held in one order, so that two who do that never wait for each other.
 */
export async function readLiving(
  context: PlatformContext,
  sql: Sql,
  key: Key,
  names: readonly string[],
  hold: boolean,
): Promise<Living[]> {
  const rows = await sql.query<{ id: string; name: string }>(
    `select id, name from kade.deployment
      where namespace = $1 and (composition = $2 or name = any($3)) order by id`,
    [key.namespace, key.name, names],
  )
  const living: Living[] = []
  for (const { id, name } of rows) {
    if (hold) await lockDeployment(sql, id)
    const { state } = await load(sql, id)
    if (state.deleted) continue
    living.push({ id, name, state, current: await currentOf(context, sql, id, state) })
  }
  return living.sort((one, other) => one.name.localeCompare(other.name))
}

/** For each of these deployments of one namespace, the others that it is bound to, by name. */
export function usesAmong(
  namespace: string,
  members: readonly {
    readonly name: string
    readonly bindings: Readonly<Record<string, unknown>>
  }[],
): string[][] {
  return members.map(({ name, bindings }) => {
    const targets = new Set(Object.values(bindings))
    return members
      .filter(one => one.name !== name && targets.has(`${namespace}/${one.name}`))
      .map(one => one.name)
  })
}

/** Providers before their consumers, otherwise as they come. */
export function byUse<T extends { readonly name: string }>(
  members: readonly T[],
  uses: readonly (readonly string[])[],
): T[] {
  const places = uses.map(names => names.map(name => members.findIndex(one => one.name === name)))
  return inOrder(places).order.flatMap(place => members[place] ?? [])
}

/** Living members, providers before their consumers: what one of them last served with is in use as much as what it wants. */
export function livingByUse(namespace: string, members: readonly Living[]): Living[] {
  const bound = members.map(({ name, state }) => ({ name, bindings: everyBinding(state) }))
  return byUse(members, usesAmong(namespace, bound))
}

function everyBinding({ revisions, lastGood }: DeploymentState): Record<string, unknown> {
  const since = revisions.filter(one => one.number >= (lastGood ?? 0))
  return Object.fromEntries(
    since.flatMap(({ number, bindings }) =>
      Object.entries(bindings).map(([need, target]) => [`${number} ${need}`, target]),
    ),
  )
}

/** The bindings of a member as the arrangement reads them: a name is another member, and the rest comes from outside. */
export function arrangeable(
  namespace: string,
  members: readonly Pick<CompositionMember, 'name'>[],
  bindings: CompositionMember['bindings'] = {},
): Record<string, unknown> {
  const read = (answer: unknown) => {
    if (typeof answer !== 'string' || !answer.includes('/')) return answer
    const inside = members.find(one => `${namespace}/${one.name}` === answer)
    return inside ? inside.name : { outside: answer }
  }
  return Object.fromEntries(Object.entries(bindings).map(([need, answer]) => [need, read(answer)]))
}
