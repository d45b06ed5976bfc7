/**
 * What a worker without a database and its gateway say to each other. The worker opens everything: streams of lines come down, one
 * JSON message each, and calls go up, one POST each. Both sides parse with these schemas and refuse what does not fit.
 */
import { z } from 'zod'
import { ClusterState, Leak } from '#api/clusters.ts'
import { HealthState } from '#api/health.ts'
import { Name, Text } from '#api/names.ts'
import { Ask, Cause } from '#api/operations.ts'
import { monitorKinds } from '#platform/monitor-kinds.ts'
import { Question, Task } from './https-orders.ts'

/** Where the calls and the streams are, below the gateway's address. The number changes when an older side would misread. */
export const workerPath = '/worker/v1'

/**
 * What this side speaks, named when a stream is opened. It grows with each new kind of message, task or question; who does not know one
 * says so and goes on.
 */
export const protocol = 1

/** Milliseconds between two lines of a stream, also when there is nothing to say. */
export const lineEvery = 5_000
/** Milliseconds of silence after which either side takes the other for gone. */
export const silentAfter = 20_000
/** Characters of one line of a stream. A dry run carries the objects of a deployment. */
export const longestLine = 16 * 1024 * 1024

/** What a stream is for: tasks are claimed by one, questions answered on the other. */
export const Serves = z.enum(['tasks', 'questions'])
export type Serves = z.infer<typeof Serves>

export const Opening = z.object({
  serves: Serves,
  clusters: z
    .string()
    .max(2_000)
    .transform(text => text.split(','))
    .pipe(
      z
        .array(Name)
        .min(1)
        .max(20)
        // Each is claimed for by itself.
        .refine(names => new Set(names).size === names.length, 'each cluster once'),
    ),
  worker: z.string().min(1).max(200),
  /** Of the worker. */
  protocol: z.coerce.number().int().min(1).max(1_000).default(1),
})

/** Down a stream. An empty line only says that the gateway is there. */
export const Down = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('opened'),
    stream: z.uuid(),
    /** Of the gateway. */
    protocol: z.int().default(1),
  }),
  z.object({ type: z.literal('task'), task: Task }),
  /** The task is no longer this worker's. */
  z.object({ type: z.literal('cancel'), task: z.string() }),
  z.object({
    type: z.literal('question'),
    question: z.uuid(),
    cluster: z.string(),
    asks: Question,
  }),
])
export type Down = z.output<typeof Down>

const Phase = z.enum(['pre', 'main', 'test', 'post'])
const Short = z.string().max(2_000)
const Claim = z.object({
  operation: z.uuid(),
  cluster: Name,
  attempt: z.int().min(0).max(1_000_000),
})

const Observation = z.object({
  deployment: z.uuid(),
  namespace: Name,
  name: z.string().max(63),
  cluster: Name,
  revision: z.int().nullable(),
  state: HealthState,
  reason: z.exactOptional(Text),
  ready: z.boolean(),
  failure: z.exactOptional(Cause),
  gate: z.exactOptional(
    z.object({
      revision: z.int(),
      phase: Phase,
      open: z.boolean(),
      failure: z.exactOptional(Cause),
    }),
  ),
  drift: z.array(z.string().max(400)).max(1_000),
  at: z.coerce.date(),
})

const Amounts = z.object({
  cpu: z.number(),
  memory: z.number(),
  pods: z.number(),
  devices: z.record(z.string(), z.number()),
})
const Taint = z.object({
  key: z.string(),
  value: z.exactOptional(z.string()),
  effect: z.string(),
})
const Survey = z.object({
  at: z.coerce.date(),
  nodes: z.int(),
  usable: z.int(),
  allocatable: Amounts,
  requested: Amounts,
  labels: z.record(z.string(), z.string()),
  elastic: z.boolean(),
  rooms: z.array(Amounts.extend({ taints: z.exactOptional(z.array(Taint)) })).max(10_000),
  seen: z.record(z.string(), Amounts),
})

const Beat = z.object({
  worker: z.string().min(1).max(200),
  clusters: z
    .array(
      z.object({
        name: Name,
        reachable: z.boolean(),
        answered: z.exactOptional(z.boolean()),
        version: z.exactOptional(z.string().max(100)),
        monitors: z.exactOptional(z.array(z.enum(monitorKinds)).max(10)),
      }),
    )
    .max(20),
})

const Told = z.object({
  code: z.string().max(100),
  message: z.union([z.string(), Text]),
  next: z.exactOptional(z.union([z.string(), Text])),
})

const KiB = 1024
const MiB = 1024 * KiB

type CallSpec<S extends z.ZodType> = {
  readonly body: S
  /** Bytes that its body may have. */
  readonly bodyBytes: number
  /** The clusters that it speaks of: all of them must be the credential's. */
  readonly clustersOf: (body: z.output<S>) => readonly string[]
}

function call<S extends z.ZodType>(
  body: S,
  clustersOf: CallSpec<S>['clustersOf'],
  bodyBytes = 64 * KiB,
): CallSpec<S> {
  return { body, bodyBytes, clustersOf }
}

const ofClaim = (body: { claim: { cluster: string } }) => [body.claim.cluster]
const ofCluster = (body: { cluster: string }) => [body.cluster]

/** The calls of a worker, by name. Each may come twice and late, as those of `WorkerHub` may. */
export const workerCalls = {
  start: call(
    z.object({ operation: z.uuid(), cluster: Name, worker: z.string().min(1).max(200) }),
    ofCluster,
  ),
  phaseStarted: call(z.object({ claim: Claim, phase: Phase }), ofClaim),
  applied: call(z.object({ claim: Claim, phase: z.exactOptional(Phase) }), ofClaim),
  settled: call(z.object({ claim: Claim }), ofClaim),
  removed: call(
    z.object({ claim: Claim, kept: z.exactOptional(z.array(z.string().max(400)).max(1_000)) }),
    ofClaim,
    512 * KiB,
  ),
  failed: call(
    z.object({
      claim: Claim,
      cause: Cause,
      next: Text,
      asks: z.exactOptional(z.array(Ask).max(500)),
    }),
    ofClaim,
    512 * KiB,
  ),
  observed: call(
    // Older workers do not say who they are.
    z.object({
      seen: z.array(Observation).max(100),
      worker: z.exactOptional(z.string().min(1).max(200)),
    }),
    ({ seen }) => seen.map(one => one.cluster),
    4 * MiB,
  ),
  repaired: call(
    z.object({
      deployment: z.uuid(),
      cluster: Name,
      objects: z.array(z.string().max(400)).max(100),
      at: z.coerce.date(),
    }),
    ofCluster,
  ),
  strangers: call(
    z.object({ deployments: z.array(z.string().max(63)).max(20_000) }),
    () => [],
    2 * MiB,
  ),
  scanned: call(
    z.object({
      cluster: Name,
      scan: z.object({
        count: z.int().min(0),
        leaks: z.array(Leak).max(50),
        unread: z.array(z.string().max(200)).max(200),
        repaired: z.int().min(0),
      }),
    }),
    ofCluster,
    512 * KiB,
  ),
  surveyed: call(z.object({ cluster: Name, survey: Survey }), ofCluster, 8 * MiB),
  namespaceSpec: call(z.object({ namespace: Name, cluster: Name }), ofCluster),
  prepared: call(
    z.object({ namespace: Name, cluster: Name, failure: Short.nullable() }),
    ofCluster,
  ),
  heartbeat: call(Beat, ({ clusters }) => clusters.map(one => one.name)),
  clusterState: call(z.object({ cluster: Name, state: ClusterState, message: Text }), ofCluster),
  simulated: call(z.object({ cluster: Name, simulated: z.boolean() }), ofCluster),
  /** Of what came down a stream; `alive` says only that the worker still reads it. */
  reply: call(
    z.object({
      stream: z.uuid(),
      reply: z.discriminatedUnion('type', [
        z.object({ type: z.literal('alive') }),
        z.object({
          type: z.literal('task'),
          task: z.string().max(100),
          failure: Short.nullable(),
        }),
        z.object({
          type: z.literal('question'),
          question: z.uuid(),
          answer: z.exactOptional(z.unknown()),
          error: z.exactOptional(Told),
        }),
      ]),
    }),
    () => [],
    8 * MiB,
  ),
} as const

export type WorkerCalls = typeof workerCalls
export type WorkerCall = keyof WorkerCalls
export type BodyOf<N extends WorkerCall> = z.output<WorkerCalls[N]['body']>
export type Reply = BodyOf<'reply'>['reply']
