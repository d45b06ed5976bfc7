/**
 * What a wish for a composition comes to: every member drafted and judged, in the order of what they need, before anything is
 * written. A member that does not exist yet is already there for those that are bound to it.
 */
import { randomUUID } from 'node:crypto'
import type { Namespace } from '#api/clusters.ts'
import type { CompositionInput, CompositionMember } from '#api/compositions.ts'
import type { DeploymentInput } from '#api/deployments.ts'
import type { Finding } from '#api/findings.ts'
import type { Violation } from '#api/problem.ts'
import type { AppData } from '#kit/app.ts'
import { type Arrangement, arrange } from '#kit/arrange.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { lookUpApp, type PlatformContext, type ShelfApp } from '#platform/context.ts'
import { wanted } from '#platform/deployments/deployment.ts'
import { digestOf } from '#platform/deployments/digest.ts'
import { type Draft, draft, nothingBefore } from '#platform/deployments/draft.ts'
import { type InheritedSecrets, keptData, nothingKept } from '#platform/deployments/kept-data.ts'
import { placeAgain, placeNew } from '#platform/deployments/placing.ts'
import { findsProviders, type Provider } from '#platform/deployments/providers.ts'
import type { PlacementData } from '#platform/events/placement-data.ts'
import { findNamespace } from '#platform/federation/namespaces.ts'
import type { Actor } from '#platform/platform.ts'
import { memberFaults, sharedHosts } from './member-faults.ts'
import { arrangeable, isMember, type Key, type Living, livingByUse, readLiving } from './members.ts'

export type Planned = {
  readonly name: string
  readonly app: ShelfApp
  readonly change: 'create' | 'update' | 'unchanged'
  readonly uses: readonly string[]
  readonly id: string
  readonly clusters: readonly string[]
  readonly made: Draft
  readonly inherited: InheritedSecrets | null
  /** What is wished of its place: a composition says nothing of that. */
  readonly wished: PlacementData['wish']
}

export type Plan = {
  readonly namespace: Namespace | null
  /** Providers before their consumers. */
  readonly members: readonly Planned[]
  /** Members that were left out, consumers before their providers; those that are being deleted already are not among them. */
  readonly leaving: readonly Living[]
  readonly violations: readonly Violation[]
  readonly findings: readonly Finding[]
}

type Ground = {
  readonly context: PlatformContext
  readonly sql: Sql
  readonly actor: Actor
  readonly key: Key
  readonly wish: CompositionInput
  readonly namespace: Namespace | null
  readonly living: readonly Living[]
  readonly arrangement: Arrangement
}

/** Plans a composition; with `hold` its members stay as they were read until the transaction's end. */
export async function planComposition(
  context: PlatformContext,
  sql: Sql,
  actor: Actor,
  key: Key,
  wish: CompositionInput,
  hold: boolean,
): Promise<Plan> {
  const { members } = wish
  const namespace = await findNamespace(sql, actor, key.namespace)
  const names = members.map(one => one.name)
  const living = namespace ? await readLiving(context, sql, key, names, hold) : []
  const shelf = await Promise.all(members.map(one => lookUpApp(context, one.app, sql)))
  const apps = shelf.map(one => (one && 'app' in one ? one.app : undefined))
  const arrangement = arrange(
    members.map(({ name, app, bindings }, place) => ({
      name,
      app: apps[place] ?? nothingKnown(app),
      bindings: arrangeable(key.namespace, members, bindings),
    })),
  )
  const ground = { context, sql, actor, key, wish, namespace, living, arrangement }
  const violations: Violation[] = [
    ...arrangement.faults.map(one => ({ ...one, pointer: `/members${one.pointer}` })),
    ...members.flatMap((member, place) => memberFaults(ground, member, place, shelf[place])),
    ...sharedHosts(members),
  ]
  const findings: Finding[] = []
  const planned = new Map<string, Planned>()
  for (const place of arrangement.order) {
    const member = members[place]
    const app = apps[place]
    if (!member || !app || planned.has(member.name)) continue
    const one = await planMember(ground, member, app, place, planned)
    planned.set(member.name, one)
    const missing = inCircle(arrangement.bound[place] ?? {}, planned)
    violations.push(
      ...one.made.violations
        .filter(({ pointer }) => !missing.includes(pointer))
        .map(found => below(place, found)),
    )
    findings.push(...one.made.findings.map(found => findingBelow(place, found)))
  }
  const left = living.filter(
    one =>
      isMember(one.state, key) &&
      !names.includes(one.name) &&
      one.state.operation?.kind !== 'delete',
  )
  return {
    namespace,
    members: [...planned.values()],
    leaving: livingByUse(key.namespace, left).toReversed(),
    violations: withoutRepeats(violations),
    findings: findings.filter(
      (one, n) =>
        findings.findIndex(({ policy, path }) => policy === one.policy && path === one.path) === n,
    ),
  }
}

/** In the place of an app that the catalogue does not have, so that the others are judged all the same. */
function nothingKnown(id: string): Pick<AppData, 'id' | 'name' | 'needs' | 'provides'> {
  return { id, name: id, needs: [], provides: [] }
}

async function planMember(
  ground: Ground,
  member: CompositionMember,
  app: ShelfApp,
  place: number,
  planned: ReadonlyMap<string, Planned>,
): Promise<Planned> {
  const { context, sql, actor, key, wish, namespace, living, arrangement } = ground
  const { name } = member
  const existing = living.find(one => one.name === name && isMember(one.state, key))
  const asked = { name, app: app.id, cluster: wish.cluster }
  const kept = existing ? nothingKept : await keptData(context, sql, namespace, asked)
  const { inherited } = kept
  const id = existing?.id ?? randomUUID()
  const identity = existing?.state.identity
  const cluster = wish.cluster ?? clusterOf(ground, planned)
  const answers = arrangement.bound[place] ?? {}
  const restartedAt = existing && wanted(existing.state)?.restartedAt
  const made = await draft(context, sql, actor, {
    app,
    deployment: id,
    namespace,
    place: identity
      ? placeAgain(context, sql, identity)
      : placeNew(context, sql, namespace, cluster ? { cluster } : {}, kept),
    dataClass: identity?.placement?.dataClass,
    clusters: identity?.clusters ?? (cluster ? [cluster] : []),
    target: { namespace: key.namespace, name },
    configuration: configurationOf(key, member, answers, wish.reason),
    current: existing?.current ?? {
      ...nothingBefore,
      claims: kept.claims,
      ...(inherited && { inherited: inherited.values }),
    },
    composition: key.name,
    providers: providersAmong(ground, planned),
    ...(restartedAt ? { restartedAt } : {}),
  })
  if (made.placed.refusal) throw made.placed.refusal
  const { clusters } = made.placed
  const change = existing ? (isSame(existing, made) ? 'unchanged' : 'update') : 'create'
  const uses = [...new Set(Object.values(answers))]
  const wished = identity?.placement?.wish
  return { name, app, change, uses, id, clusters, made, inherited, wished }
}

/** Where the other members are, or are to be: members of a composition go together. */
function clusterOf(
  { key, living }: Ground,
  planned: ReadonlyMap<string, Planned>,
): string | undefined {
  const others = living.find(one => isMember(one.state, key))?.state.identity?.clusters[0]
  return others ?? [...planned.values()][0]?.clusters[0]
}

function configurationOf(
  key: Key,
  { name: _name, app: _app, bindings = {}, ...rest }: CompositionMember,
  answers: Readonly<Record<string, string>>,
  reason: string | undefined,
): DeploymentInput {
  // A bare name is either answered by a member or was found to be at fault.
  const outside = Object.entries(bindings).filter(
    ([, answer]) => answer !== null && (typeof answer !== 'string' || answer.includes('/')),
  )
  const inside = Object.entries(answers).map(([need, name]) => [need, `${key.namespace}/${name}`])
  return {
    ...rest,
    bindings: Object.fromEntries([...outside, ...inside]),
    ...(reason ? { reason } : {}),
  }
}

function providersAmong(
  { context, sql, actor, key, living }: Ground,
  planned: ReadonlyMap<string, Planned>,
) {
  const outside = findsProviders(context, sql, actor)
  return async (target: string): Promise<Provider | null> => {
    const [namespace, name = ''] = target.split('/')
    const member = namespace === key.namespace ? planned.get(name) : undefined
    if (!member) return outside(target)
    const { id, app, clusters, made } = member
    const before = living.find(one => one.id === id)?.current.values ?? {}
    const values = made.secrets.values ?? before
    return { id, app, clusters, leaving: false, secret: async one => values[one] }
  }
}

/** Whether nothing would change. What did not succeed is done again all the same. */
function isSame({ state }: Living, made: Draft): boolean {
  const newest = wanted(state)
  if (!newest || made.secrets.values || made.violations.length > 0) return false
  if (state.halfDeleted) return false
  if (newest.result !== 'succeeded' && newest.result !== 'pending') return false
  const { number: _number, result: _result, reason: _reason, demand: _asked, ...before } = newest
  const { reason: _why, demand: _asks, ...after } = made.revision
  return digestOf(before) === digestOf(after)
}

/** Bindings to members that could not be planned yet, because they need each other: that is said already. */
function inCircle(
  answers: Readonly<Record<string, string>>,
  planned: ReadonlyMap<string, Planned>,
): string[] {
  return Object.entries(answers).flatMap(([need, name]) =>
    planned.has(name) ? [] : [`/bindings/${need}`],
  )
}

function below(place: number, violation: Violation): Violation {
  return { ...violation, pointer: `/members/${place}${violation.pointer}` }
}

function findingBelow(place: number, finding: Finding): Finding {
  // The namespace is the composition's own.
  const at = (path: string) => (path === '/namespace' ? path : `/members/${place}${path}`)
  return {
    ...finding,
    path: at(finding.path),
    fix: finding.fix?.map(one => ({ ...one, path: at(one.path) })) ?? null,
  }
}

/** What is wrong with a binding is found by the arrangement and again by the draft; the first says it better. */
function withoutRepeats(violations: readonly Violation[]): Violation[] {
  return violations.filter(
    (one, place) => violations.findIndex(other => other.pointer === one.pointer) === place,
  )
}
