import { z } from 'zod'
import { Text } from './placement-data.ts'
import { Via } from './via.ts'

const workerCredential = { cluster: z.string(), credential: z.string(), name: z.string() }

/** What happens to clusters, and to deployments because of how their cluster is. */
export const clusterEvents = {
  /** A cluster joined for the first time. */
  ClusterCreated: z.object({ cluster: z.string(), region: z.string(), simulated: z.boolean() }),
  /** A cluster's state changed, or its health by both signals. */
  ClusterUpdated: z.object({
    cluster: z.string(),
    state: z.string(),
    health: z.enum(['ready', 'degraded', 'not-ready', 'unknown']).optional(),
    message: z.string(),
  }),
  /** Kade suspects that it is cut off itself, since most clusters fell silent at once; or does no longer (stream `platform-hub`). */
  PlatformHealthCheck: z.object({
    state: z.enum(['well', 'suspect']),
    since: z.iso.datetime(),
    silent: z.array(z.string()),
    message: Text,
  }),
  /** Somebody said that nothing new is placed on a cluster. */
  ClusterCordoned: z.object({
    cluster: z.string(),
    reason: z.string().optional(),
    /** What runs there is moved to others, where it can be. */
    drain: z.boolean().optional(),
    actor: z.string(),
    via: Via,
  }),
  /** Somebody took a cluster out of the registry; `left`: so many deployments stood there, and run on without Kade. */
  ClusterDetached: z.object({ cluster: z.string(), left: z.int(), actor: z.string(), via: Via }),
  /** Somebody said that a cluster takes new deployments again. */
  ClusterUncordoned: z.object({ cluster: z.string(), actor: z.string(), via: Via }),
  /** Somebody chose what is done with the deployment when its cluster is down. */
  FailoverChosen: z.object({
    mode: z.enum(['graceful', 'immediate', 'never']),
    after: z.int(),
    actor: z.string(),
    via: Via,
  }),
  /** A cluster of the deployment is down, and it is not moved away from there (stream `observed-<uuid>`). */
  FailoverHeld: z.object({
    deployment: z.uuid(),
    clusters: z.array(z.string()),
    code: z.string(),
    message: Text,
  }),
  /** Somebody let a worker serve this cluster from elsewhere (stream `cluster-<name>`). */
  WorkerCredentialCreated: z.object({
    ...workerCredential,
    expiresAt: z.string(),
    actor: z.string(),
    via: Via,
  }),
  /** A credential serves this cluster no more: somebody revoked it. */
  WorkerCredentialRevoked: z.object({ ...workerCredential, actor: z.string(), via: Via }),
} as const
