import { z } from 'zod'
import { Environment, Name, Text, Time } from './names.ts'

export const ClusterState = z.enum(['starting', 'joining', 'ready', 'unreachable', 'failed'])
export type ClusterState = z.infer<typeof ClusterState>

/** An object that carries Kade's label and is found from no record: somebody has to look at it. */
export const Leak = z.object({
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  /** Name of the deployment it says it belongs to. */
  deployment: z.string().optional(),
  why: Text,
})
export type Leak = z.infer<typeof Leak>

/** The newest look through all of Kade's objects in a cluster. */
export const ClusterScan = z.object({
  at: Time,
  /** When leaks were last counted with every kind read; null as long as that never was. */
  countedAt: Time.nullable(),
  /** All leaks of that moment; `leaks` holds at most fifty, and none in a namespace of another team. */
  count: z.int(),
  leaks: z.array(Leak).max(50),
  /** Kinds that the newest scan could not read: it says nothing about leaks. */
  unread: z.array(z.string()),
})
export type ClusterScan = z.infer<typeof ClusterScan>

/** Whole numbers: millicores, bytes, pods, and devices such as GPUs by the name of their resource (`nvidia.com/gpu`). */
export const Amounts = z.object({
  cpu: z.int(),
  memory: z.int(),
  pods: z.int(),
  devices: z.record(z.string(), z.int()),
})
export type Amounts = z.infer<typeof Amounts>

/** What a cluster can still take, as its worker counted it. */
export const Capacity = z.object({
  at: Time,
  nodes: z.int(),
  /** Nodes that are ready and not cordoned; the amounts are of these. */
  usableNodes: z.int(),
  allocatable: Amounts,
  /** The sum of what the scheduled pods asked for. */
  requested: Amounts,
})
export type Capacity = z.infer<typeof Capacity>

/**
 * How a cluster is, decided from two signals that do not depend on each other. `degraded`: its looks come and go, or the signals differ;
 * `not-ready`: it answers and is not well; `unknown`: nothing is heard of it.
 */
export const ClusterHealth = z.object({
  state: z.enum(['joining', 'ready', 'degraded', 'not-ready', 'unknown']),
  since: Time,
  reason: Text,
  signals: z.object({
    /** What its workers say; `at`: when one last reached it. */
    worker: z.object({
      says: z.enum(['well', 'unwell', 'unreachable', 'silent']),
      at: Time.nullable(),
    }),
    /** What is seen of its API server without its worker; `none`: nobody else ever reached it. `at`: when it last answered. */
    probe: z.object({ says: z.enum(['well', 'unwell', 'silent', 'none']), at: Time.nullable() }),
  }),
})
export type ClusterHealth = z.infer<typeof ClusterHealth>

/** How Kade itself is, as far as it can tell: more than half of the clusters silent at once says more of Kade than of them. */
export const HubHealth = z.object({
  suspect: z.object({ since: Time, silent: z.array(z.string()), reason: Text }).nullable(),
})
export type HubHealth = z.infer<typeof HubHealth>

export const Cluster = z.object({
  name: z.string(),
  region: z.string(),
  jurisdiction: z.string(),
  primary: z.boolean(),
  simulated: z.boolean(),
  state: ClusterState,
  since: Time,
  /** Progress or cause, for people. */
  message: Text,
  health: ClusterHealth,
  version: z.string().optional(),
  /** What all of its nodes say alike; empty as long as nobody has looked. */
  labels: z.record(z.string(), z.string()),
  /** Null as long as nobody has counted it. */
  capacity: Capacity.nullable(),
  /** Kinds by which Prometheus can be told to collect figures there; null as long as that is not known. */
  monitors: z.array(z.enum(['PodMonitor', 'ServiceMonitor'])).nullable(),
  deployments: z.int(),
  /** Nothing new is placed there since then; null where it is. What runs there is left alone. */
  cordon: z
    .object({
      at: Time,
      by: z.string(),
      reason: z.string().optional(),
      /** What runs there is moved to others, one by one, where it can be. */
      drain: z.boolean().optional(),
    })
    .nullable(),
  /** Null before the first scan, about a minute after joining. */
  scan: ClusterScan.nullable(),
})
export type Cluster = z.infer<typeof Cluster>

/** Why a cluster is to take nothing new, in the words of who says so. */
export const Cordon = z.strictObject({ reason: z.string().max(500).optional() })

export const Namespace = z.object({
  name: z.string(),
  team: z.string(),
  environment: Environment,
  clusters: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['preparing', 'ready', 'failed']),
      message: z.string().optional(),
    }),
  ),
  /** It is to stand on every cluster, also on one that joins later. */
  everywhere: z.boolean(),
  bounds: z.object({
    cpu: z.string(),
    memory: z.string(),
    storage: z.string(),
    deployments: z.int(),
    /** By the name of their resource; one that is not named has no bound. */
    devices: z.record(z.string(), z.int()).optional(),
  }),
  createdAt: Time,
})
export type Namespace = z.infer<typeof Namespace>

export const CreateNamespace = z.strictObject({
  name: Name,
  environment: Environment.default('dev'),
  team: Name.optional(),
  clusters: z.array(Name).min(1).max(50).optional(),
})
export type CreateNamespace = z.infer<typeof CreateNamespace>

/** Clusters that are to have a namespace as well; all, also those that join later, where none is said. */
export const SpreadNamespace = z.strictObject({
  clusters: z.array(Name).min(1).max(50).optional(),
})
export type SpreadNamespace = z.infer<typeof SpreadNamespace>
