import type {
  Operation,
  OperationKind,
  OperationOfDeployment,
  WavesOfOperation,
} from '#api/operations.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import type { WavesData } from '#platform/events/place-events.ts'
import type { PlacementData } from '#platform/events/placement-data.ts'
import { heardClusters } from '#platform/federation/heard.ts'
import type { Actor } from '#platform/platform.ts'
import type { Command } from './decide.ts'
import type { DeploymentState } from './deployment.ts'
import { readOperation } from './operations.ts'
import { change, unwrap } from './stream.ts'

/** Going back and moving are no trial: what goes back has served, and what moves serves where it was until the end. */
const inWaves: readonly OperationKind[] = ['create', 'update', 'restart']

/** Seconds for which a wave may wait for a person. */
const approvalSeconds = 24 * 3600

/**
 * The clusters of a change wave by wave, as it was wished; undefined where all go at once. Clusters that no wave names come last; waves
 * in which it does not run are left out.
 */
export function wavesOf(
  kind: OperationKind,
  clusters: readonly string[],
  wish: PlacementData['wish'],
): WavesData | undefined {
  if (!wish?.waves || !inWaves.includes(kind)) return undefined
  const named = wish.waves.map(wave => wave.filter(one => clusters.includes(one)))
  const others = clusters.filter(one => !named.flat().includes(one))
  const waves = [...named, others].filter(wave => wave.length > 0)
  if (waves.length < 2) return undefined
  const { healthyFor = 0, approval = false } = wish.gate ?? {}
  return { clusters: waves, healthyFor, approval }
}

/** Seconds until the deadline of a change that would take `each` if all its clusters went at once. */
export function secondsIn(waves: WavesData | undefined, each: number): number {
  if (!waves) return each
  const gates = waves.clusters.length - 1
  const gate = waves.healthyFor + (waves.approval ? approvalSeconds : 0)
  return each * waves.clusters.length + gate * gates
}

/**
 * Lets the next wave begin that waits for a person, or for clusters of which nothing is heard. Throws `conflict` where it waits for
 * neither, or another wave than `current` has begun by now: that was not looked at.
 */
export async function continueOperation(
  context: PlatformContext,
  actor: Actor,
  id: string,
  current: number,
): Promise<OperationOfDeployment> {
  const { deployment } = await readOperation(context.database, id, actor)
  await context.database.transaction(async tx => {
    const heard = await heardClusters(tx)
    unwrap(
      await change(context, tx, deployment, state => letGoOn(state, { id, current }, actor, heard)),
    )
  })
  return readOperation(context.database, id)
}

/** The clusters of the wave that has begun, where nothing is heard of any; undefined where something is. */
function silentWave(
  { clusters, current }: Pick<WavesOfOperation, 'clusters' | 'current'>,
  heard: ReadonlySet<string>,
): readonly string[] | undefined {
  const wave = clusters[current - 1] ?? []
  return wave.length > 0 && !wave.some(one => heard.has(one)) ? wave : undefined
}

/** The operations, each with the clusters for which its wave waits because nothing is heard of them. */
export async function withSilentWaves<O extends Operation>(
  sql: Sql,
  operations: readonly O[],
): Promise<O[]> {
  const isOpen = ({ endedAt, waves }: O) => endedAt === undefined && waves !== undefined
  if (!operations.some(isOpen)) return [...operations]
  const heard = await heardClusters(sql)
  return operations.map(one => {
    const { waves } = one
    if (!waves || !isOpen(one) || waves.current >= waves.clusters.length) return one
    const silent = silentWave(waves, heard)
    return silent ? { ...one, waves: { ...waves, silent: [...silent] } } : one
  })
}

function letGoOn(
  { operation }: DeploymentState,
  { id, current }: { readonly id: string; readonly current: number },
  actor: Actor,
  heard: ReadonlySet<string>,
): Command {
  if (operation?.id === id && operation.waves) {
    const { waves, wave, held } = operation
    if (wave !== current) throw isAnother(wave)
    const isLast = wave >= waves.clusters.length
    const passed = silentWave({ ...waves, current: wave }, heard)
    if (!isLast && (held || passed))
      return { type: 'wave', operation: id, actor: actor.id, ...(passed && { passed }) }
  }
  throw new PlatformError(
    'conflict',
    {
      en: 'No wave of this operation waits for a person.',
      nl: 'Geen golf van deze bewerking wacht op een mens.',
    },
    {
      next: {
        en: 'Look at the operation: it says which wave has begun, and what it waits for.',
        nl: 'Bekijk de bewerking: die zegt welke golf is begonnen en waarop zij wacht.',
      },
    },
  )
}

function isAnother(wave: number): PlatformError {
  return new PlatformError(
    'conflict',
    {
      en: `Wave ${wave} has begun by now: you looked at another one.`,
      nl: `Inmiddels is golf ${wave} begonnen: je keek naar een andere.`,
    },
    {
      violations: [
        { pointer: '/wave', detail: { en: `must be ${wave}`, nl: `moet ${wave} zijn` } },
      ],
      next: {
        en: 'Look at the operation again, and at how that wave serves. Nothing was changed.',
        nl: 'Bekijk de bewerking opnieuw, en hoe die golf werkt. Er is niets gewijzigd.',
      },
    },
  )
}
