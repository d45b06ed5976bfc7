import type { CreateDeployment } from '#api/deployments.ts'
import type { FailoverChoice } from '#api/failover.ts'
import type { Violation } from '#api/problem.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { Actor } from '#platform/platform.ts'
import type { Draft } from './draft.ts'
import { ownClaims, readFailover, refuseFailover, usualFailover } from './failover.ts'
import { inTheWay } from './move-refusals.ts'

type Made = Pick<Draft, 'objects' | 'placed'>

/** What would be done with a deployment when its cluster is down; of one that is there already, what is chosen for it. */
export async function previewFailover(
  sql: Sql,
  actor: Actor,
  input: CreateDeployment,
  isNew: boolean,
  { objects, placed }: Made,
): Promise<FailoverChoice> {
  if (!isNew) {
    const { mode, after, chosen, why } = await readFailover(sql, actor, input)
    return { mode, after, chosen, why }
  }
  const claims = ownClaims(objects)
  const asked = placed.verdicts.find(one => one.chosen && one.code === 'asked')
  const usual = usualFailover({ claims, named: asked?.cluster ?? null })
  if (!input.failover) return { ...usual.policy, chosen: false, why: usual.why }
  const { mode, after } = input.failover
  const stay = mode === 'never' ? '' : claims.join(', ')
  const why = {
    en: `You chose it.${stay && ` Its volumes (${stay}) would stay behind.`}`,
    nl: `Jij koos het.${stay && ` De volumes (${stay}) zouden achterblijven.`}`,
  }
  return { mode, after, chosen: true, why }
}

/** Why what is chosen cannot be: volumes would stay behind unagreed, or the deployment is there already. */
export async function failoverViolations(
  { failover }: CreateDeployment,
  isNew: boolean,
  { objects }: Made,
): Promise<Violation[]> {
  if (!failover) return []
  if (isNew)
    return inTheWay(async () => refuseFailover(failover, ownClaims(objects), '/failover/data'))
  const detail = {
    en: 'is chosen by itself for a deployment that is there already (kade failover)',
    nl: 'kies je apart voor een uitrol die er al is (kade failover)',
  }
  return [{ pointer: '/failover', detail }]
}
