import type { DrainPlan } from '#api/drain.ts'
import type { PlatformContext } from '#platform/context.ts'
import { clusterMissing, setCordon } from '#platform/federation/cordons.ts'
import { planDrain } from '#platform/federation/drain.ts'
import { readFailing } from '#platform/federation/failing.ts'
import { unread } from '#platform/federation/failover-reasons.ts'
import type { Actor } from '#platform/platform.ts'
import { readAllStandings } from './standings.ts'

/** What draining a cluster would do now. Changes nothing. Throws `not-found`. */
export async function previewDrain(
  context: PlatformContext,
  actor: Pick<Actor, 'teams'>,
  cluster: string,
): Promise<DrainPlan> {
  const { database } = context
  const now = context.clock()
  const { candidates } = await readFailing(database, now, cluster)
  if (!candidates.some(one => one.name === cluster)) throw clusterMissing(cluster)
  const { standings, unreadable } = await readAllStandings(database, [cluster])
  const only = candidates.map(one => ({ ...one, draining: one.name === cluster }))
  const plan = planDrain(standings, only, now)
  const { moves } = plan
  const held = [...plan.held, ...unreadable.map(({ deployment }) => unread(deployment, [cluster]))]
  const names = await database.query<{ id: string; namespace: string; name: string }>(
    'select id, namespace, name from kade.deployment where id = any($1) and team = any($2)',
    [[...standings, ...unreadable].map(one => one.deployment), [...actor.teams]],
  )
  const known = new Map(names.map(({ id, namespace, name }) => [id, { namespace, name }]))
  const shown = <T extends { deployment: string }, R>(
    all: readonly T[],
    show: (one: T) => R,
  ): (R & { namespace: string; name: string })[] =>
    all.flatMap(one => {
      const key = known.get(one.deployment)
      return key ? [{ ...key, ...show(one) }] : []
    })
  const told = {
    moves: shown(moves, ({ to }) => ({ to: [...to] })),
    stays: shown(held, ({ code, reason, verdicts }) => ({
      ...{ code, reason },
      ...(verdicts && { verdicts: [...verdicts] }),
    })),
  }
  const others = {
    moves: moves.length - told.moves.length,
    stays: held.length - told.stays.length,
  }
  return { cluster, ...told, others }
}

/** Cordons a cluster and has what can be moved leave it, one by one; answers what that will do. Throws `not-found`. */
export async function drainCluster(
  context: PlatformContext,
  actor: Actor,
  cluster: string,
  reason: string | undefined,
): Promise<DrainPlan> {
  await setCordon(context, actor, cluster, true, { reason, drain: true })
  return previewDrain(context, actor, cluster)
}
