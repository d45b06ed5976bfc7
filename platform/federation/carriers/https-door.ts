/**
 * The gateway's side of a worker without a database: one table of calls, each held against the clusters of the credential before
 * anything is done. It knows no HTTP; `gateway/worker-routes.ts` does.
 */

import type { Sql } from '../../adapters/database/database.ts'
import { PlatformError } from '../../errors.ts'
import { type KnownWorker, noteUse } from '../../governance/worker-credentials.ts'
import type { WorkerHub } from '../../orchestration/worker-hub.ts'
import type { ClusterAgent } from '../cluster-agent.ts'
import type { Registrar } from '../registrar.ts'
import type { BodyOf, WorkerCall } from './https-messages.ts'
import { isNamespaceOn, seenWhereTheyStand, whereIs } from './https-scope.ts'
import type { WorkerStreams } from './https-streams.ts'
import { forgetOldReports } from './worker-side.ts'

export type WorkerDoor = {
  /** Does what a worker asks. Its clusters have been checked; throws `forbidden` where the thing named is not of them. */
  call<N extends WorkerCall>(worker: KnownWorker, name: N, body: BodyOf<N>): Promise<unknown>
  readonly streams: WorkerStreams
}

export type WorkerDoorOptions = {
  readonly database: Sql
  readonly hub: WorkerHub
  readonly agent: Pick<ClusterAgent, 'heartbeat'>
  readonly registrar: Registrar
  readonly streams: WorkerStreams
}

type Handlers = {
  readonly [N in WorkerCall]: (body: BodyOf<N>, worker: KnownWorker) => Promise<unknown>
}

export function openWorkerDoor(options: WorkerDoorOptions): WorkerDoor {
  const { streams } = options
  const handlers = handlersOf(options)
  return {
    // The body was parsed by the schema of this very name, which TypeScript cannot follow over a union of names.
    call: (worker, name, body) => (handlers[name] as Handlers[typeof name])(body, worker),
    streams,
  }
}

function handlersOf(options: WorkerDoorOptions): Handlers {
  const { database, hub, agent, registrar, streams } = options
  return {
    start: async ({ operation, cluster, worker }) => {
      const where = await whereIs(database, operation, cluster)
      if (where === 'elsewhere') throw notOfIts('operation')
      return where === 'gone' ? null : hub.start(operation, cluster, worker)
    },
    phaseStarted: ({ claim, phase }) => hub.phaseStarted(claim, phase),
    applied: ({ claim, phase }) => hub.applied(claim, phase),
    settled: ({ claim }) => hub.settled(claim),
    removed: ({ claim, kept }) => hub.removed(claim, kept),
    failed: ({ claim, cause, next, asks }) => hub.failed(claim, cause, next, asks),
    observed: async ({ seen, worker }) =>
      hub.observed(await seenWhereTheyStand(database, seen), worker),
    repaired: async report => {
      const [own] = await seenWhereTheyStand(database, [report])
      if (own) await hub.repaired(own)
    },
    strangers: ({ deployments }) => hub.strangers(deployments),
    scanned: ({ cluster, scan }) => hub.scanned(cluster, scan),
    surveyed: ({ cluster, survey }) => hub.surveyed(cluster, survey),
    namespaceSpec: async ({ namespace, cluster }) => {
      if (!(await isNamespaceOn(database, namespace, cluster))) return null
      return hub.namespaceSpec(namespace, cluster)
    },
    prepared: async ({ namespace, cluster, failure }) => {
      if (!(await isNamespaceOn(database, namespace, cluster))) throw notOfIts('namespace')
      await hub.prepared(namespace, cluster, failure)
    },
    heartbeat: async (beat, worker) => {
      await noteUse(database, worker.credential, beat.worker)
      await agent.heartbeat(beat)
      await forgetOldReports(
        database,
        beat.clusters.map(one => one.name),
      )
    },
    clusterState: ({ cluster, state, message }) => registrar.state(cluster, state, message),
    simulated: ({ cluster, simulated }) => registrar.simulated(cluster, simulated),
    reply: ({ stream, reply }, worker) => streams.reply(worker, stream, reply),
  }
}

function notOfIts(what: 'operation' | 'namespace'): PlatformError {
  return new PlatformError('forbidden', `This ${what} is not on a cluster of this worker.`, {
    next: 'Serve clusters with the credential that was made for them.',
  })
}
