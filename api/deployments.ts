import { z } from 'zod'
import { DataClass } from './data-classes.ts'
import { FailoverChoice, SetFailover } from './failover.ts'
import { Finding } from './findings.ts'
import { Health } from './health.ts'
import { Environment, EnvName, Host, Id, inBoth, Name, Quantity, Text, Time } from './names.ts'
import { Operation } from './operations.ts'
import { PlacementOfDeployment, PlacementWish, PlaceOfDeployment, Verdict } from './placement.ts'
import { Violation } from './problem.ts'
import { QuotaUse } from './quotas.ts'

export const Resources = z.strictObject({
  requests: z.strictObject({ cpu: Quantity.optional(), memory: Quantity.optional() }).optional(),
  limits: z.strictObject({ cpu: Quantity.optional(), memory: Quantity.optional() }).optional(),
})
export type Resources = z.infer<typeof Resources>

/**
 * What answers a need: another deployment (`namespace/name`), or an address outside Kade. The secret is the key of that address; of
 * a database it is the password, and the address names the user: `postgresql://user@host:5432/database`.
 */
export const Binding = z.union([
  z
    .string()
    .regex(
      /^[a-z][-a-z0-9]*\/[a-z][-a-z0-9]*$/,
      inBoth('<namespace>/<name> of a deployment', '<namespace>/<naam> van een uitrol'),
    ),
  z.strictObject({
    url: z.url({ protocol: /^(https?|postgres(ql)?|mongodb|rediss?)$/ }),
    secret: z.string().min(1).max(4096).optional(),
  }),
])
export type Binding = z.infer<typeof Binding>

/** Names what a preview showed: what would be applied, and what stood in the cluster. Opaque; from `Preview.hash`. */
export const PreviewHash = z
  .string()
  .regex(
    /^[0-9a-f]{32}(-[0-9a-f]{32}){1,100}$/,
    inBoth('the `hash` of a preview', 'de `hash` van een voorbeeld'),
  )

const configuration = {
  version: z.string().max(50).optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
  bindings: z.record(z.string(), Binding).optional(),
  secrets: z.record(z.string(), z.string().min(1).max(65_536)).optional(),
  env: z.record(EnvName, z.string().max(32_768)).optional(),
  replicas: z.int().min(0).max(50).optional(),
  resources: Resources.optional(),
  ingress: z.strictObject({ host: Host }).nullable().optional(),
  cluster: Name.optional(),
  /** Where it may run, beside or instead of `cluster`; absent in an update: as it was. */
  placement: PlacementWish.optional(),
  /** Of a change of clusters: `leave` agrees that what its volumes hold stays on the clusters it leaves. */
  data: z.enum(['leave']).optional(),
  /** How sensitive its data is, which decides under whose law it may run; absent in an update: as it was. */
  dataClass: DataClass.optional(),
  /** Why, in the requester's words; kept in the revision. */
  reason: z.string().max(500).optional(),
  /** Apply only what this preview showed: refused as `stale`, or failed with `preview-stale`, when something else would happen. */
  preview: PreviewHash.optional(),
  /** Promised by the contract and not built yet: refused with `not-yet-supported`, never ignored. */
  purpose: z.unknown().optional(),
}

export const DeploymentInput = z.strictObject(configuration)
export type DeploymentInput = z.infer<typeof DeploymentInput>

export const CreateDeployment = z.strictObject({
  app: Name,
  namespace: Name,
  name: Name,
  ...configuration,
  /** What is done when its cluster is down; absent: as is usual for what it is. Changed later by its own call. */
  failover: SetFailover.optional(),
})
export type CreateDeployment = z.infer<typeof CreateDeployment>

/** Where a value comes from: the app itself, its environment (for every app, or for this one), or who asked for it. */
export const Origin = z.enum(['module', 'environment', 'environment-app', 'you'])
export type Origin = z.infer<typeof Origin>

/**
 * By JSON Pointer: `/settings/language`, `/replicas`, `/resources/limits/cpu`, `/env/TZ`. Of resources, those of the module are
 * named here too, which stand in no answer but a preview's.
 */
export const Origins = z.record(z.string(), Origin)
export type Origins = z.infer<typeof Origins>

export const Desired = z.object({
  revision: z.int(),
  settings: z.record(z.string(), z.unknown()),
  bindings: z.record(z.string(), z.unknown()).optional(),
  secrets: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  replicas: z.int(),
  resources: Resources.optional(),
  ingress: z.object({ host: z.string() }).nullable(),
  /** Absent where the revision is older than the record of it. */
  origins: Origins.optional(),
  deleted: z.boolean().optional(),
})
export type Desired = z.infer<typeof Desired>

/** Data that was kept in a cluster which a deployment left, by itself or by an earlier one of its name. */
export const KeptData = z.object({
  cluster: z.string(),
  /** As `Kind/name`. */
  objects: z.array(z.string()),
  since: Time,
})
export type KeptData = z.infer<typeof KeptData>

export const Deployment = z.object({
  id: Id,
  namespace: z.string(),
  name: z.string(),
  app: z.string(),
  version: z.string(),
  environment: Environment,
  team: z.string(),
  clusters: z.array(z.string()),
  /** Null where it was deployed before placements were recorded. */
  placement: PlacementOfDeployment.nullable(),
  /** How it is on each cluster where it runs, goes to, or may stand still, by name. */
  placements: z.array(PlaceOfDeployment),
  /** Where it does not run and data of it is kept: a delete with `data=delete` erases that too. */
  kept: z.array(KeptData),
  /** The composition it is a member of, in the same namespace. */
  composition: z.string().optional(),
  revision: z.int(),
  /** Opaque; send it back as `If-Match` to change only what you have seen. */
  etag: z.string(),
  simulated: z.boolean(),
  url: z.string().optional(),
  desired: Desired,
  /** The revision that all of its clusters took last. */
  applied: z.object({ revision: z.int(), at: Time }).nullable(),
  /** The worst that is known of any of its clusters; `unknown` where nothing known is worse than that. */
  health: Health,
  /** True where somebody changed the objects by hand since they were applied. */
  drift: z.boolean(),
  operation: Operation,
  createdAt: Time,
})
export type Deployment = z.infer<typeof Deployment>

/** One object of a deployment as it stands in its cluster, Secret values masked. */
export const ObjectStatus = z.object({
  cluster: z.string(),
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  state: z.enum(['Current', 'InProgress', 'Failed', 'Terminating', 'NotFound', 'Unknown']),
  message: Text,
  drift: z.array(
    z.object({
      path: z.string(),
      desired: z.unknown(),
      live: z.unknown(),
      manager: z.string().optional(),
    }),
  ),
})
export type ObjectStatus = z.infer<typeof ObjectStatus>

export const Revision = z.object({
  number: z.int(),
  app: z.string(),
  version: z.string(),
  settings: z.record(z.string(), z.unknown()),
  bindings: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  replicas: z.int(),
  resources: Resources.optional(),
  ingress: z.object({ host: z.string() }).nullable(),
  origins: Origins.optional(),
  images: z.array(z.string()),
  objectsDigest: z.string(),
  secretVersion: z.int(),
  actor: z.string(),
  via: z.string(),
  at: Time,
  reason: z.string().optional(),
  /** `pending` while its operation runs. */
  result: z.enum(['pending', 'succeeded', 'failed', 'cancelled']),
})
export type Revision = z.infer<typeof Revision>

/**
 * One field that applying would change, and whose change that is: `you` asked for it; `somebody-else` changed it by hand, and
 * applying puts it back; or `both`. The path is as people read it, lists by key: `spec.template.spec.containers[web].image`.
 */
export const FieldChange = z.object({
  path: z.string(),
  /** As the last revision applied it. */
  applied: z.unknown().optional(),
  live: z.unknown().optional(),
  /** As it would become. */
  next: z.unknown().optional(),
  by: z.enum(['you', 'somebody-else', 'both']),
  /** Who else holds the field: a field manager of Kubernetes, such as `kubectl-edit`. */
  manager: z.string().optional(),
})
export type FieldChange = z.infer<typeof FieldChange>

/** What one object of a plan would become. `before` and `after` never hold a Secret's values. */
export const ObjectChange = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  /** Of several clusters, the one on which this would happen. */
  cluster: z.string().optional(),
  /** `take-over`: somebody else made it, and it becomes the deployment's own, once somebody consents. */
  change: z.enum(['create', 'change', 'recreate', 'take-over', 'delete', 'unchanged', 'unknown']),
  /** Who keeps an object that is to be taken over. */
  manager: z.string().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** At most 200, `moreFields` counts the rest. Absent where it is not known what was applied last. */
  fields: z.array(FieldChange).optional(),
  moreFields: z.int().optional(),
})
export type ObjectChange = z.infer<typeof ObjectChange>

/** Everything that is known before the click. */
export const Preview = z.object({
  allowed: z.boolean(),
  findings: z.array(Finding),
  violations: z.array(Violation),
  changes: z.array(ObjectChange),
  /** `checked`: the cluster's own dry run; `offline`: the cluster could not be asked, `reason` says why. */
  checked: z.enum(['cluster', 'offline']),
  reason: Text.optional(),
  /** The first of `clusters`; null where there is none. */
  cluster: z.string().nullable(),
  /** Where it would run. */
  clusters: z.array(z.string()),
  /** Why there, and why not elsewhere: one for each cluster, by name. */
  placement: z.array(Verdict),
  /** What would be done when its cluster is down. */
  failover: FailoverChoice,
  /** Send it back as `preview` to have exactly this applied. Null where the cluster could not be asked. */
  hash: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  /** The environment of the namespace; null where that is not known. */
  environment: Environment.nullable(),
  /** What the deployment would run with, once the environment has filled in what was left open. */
  values: z.object({
    settings: z.record(z.string(), z.unknown()),
    replicas: z.int(),
    env: z.record(z.string(), z.string()),
    resources: Resources,
  }),
  origins: Origins,
  /** Whether Prometheus collects figures of the app; `unknown` as long as no worker has said what its cluster can. */
  monitoring: z.enum(['collected', 'app-has-none', 'not-wanted', 'no-operator', 'unknown']),
  resources: z.object({ cpu: z.string(), memory: z.string(), storage: z.string() }),
  /** What is taken of each limit over it, on all clusters together, now and then. */
  quotas: z.array(QuotaUse),
  simulated: z.boolean(),
})
export type Preview = z.infer<typeof Preview>

export const Rollback = z.strictObject({
  revision: z.int().min(1),
  /** `then` takes secrets and bindings as they were in that revision, `now` (default) as they are. */
  configuration: z.enum(['then', 'now']).default('now'),
  reason: z.string().max(500).optional(),
  preview: PreviewHash.optional(),
})
export type Rollback = z.infer<typeof Rollback>

/** One line of a deployment's story, from its events. */
export const TimelineEntry = z.object({
  id: z.string(),
  at: Time,
  event: z.string(),
  text: Text,
  actor: z.string().optional(),
  operation: z.string().optional(),
  revision: z.int().optional(),
})
export type TimelineEntry = z.infer<typeof TimelineEntry>
