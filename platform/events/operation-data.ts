import { z } from 'zod'
import { WavesData } from './place-events.ts'
import { DemandData, PlacementData, Text } from './placement-data.ts'
import { Via } from './via.ts'

/** Which operation an event concerns. */
export const operation = { operation: z.uuid() }
/** Why something went wrong. */
export const CauseData = z.object({
  code: z.string(),
  message: Text,
  object: z.string().optional(),
  /** Where it went wrong, of several. */
  cluster: z.string().optional(),
})

/** What somebody consents to: exactly this object, by its uid. */
export const ConsentData = z.object({
  kind: z.enum(['take-over', 'prune']),
  object: z.string(),
  uid: z.string(),
})
/**
 * The phases of one revision, in this order: `pre` prepares what the app needs (a migration), `main` is the app itself,
 * `test` tries what serves, `post` follows when all is well. A revision has `main`, and those that its objects name.
 */
export const phases = ['pre', 'main', 'test', 'post'] as const
export const Phase = z.enum(phases)
/** Another deployment that an operation waits for. */
export const WaitData = z.object({
  deployment: z.uuid(),
  /** `namespace/name`; absent where the team of the operation may not know it. */
  target: z.string().optional(),
  until: z.enum(['ready', 'gone']),
  message: Text,
})
export const AskData = ConsentData.extend({ manager: z.string().optional(), message: Text })

/** What a revision holds besides its blobs: all that decides how a deployment looks. */
export const RevisionData = z.object({
  number: z.int().min(1),
  version: z.string(),
  settings: z.string().describe('digest of the settings blob'),
  /** Digest of the rendered objects' blob; Secret objects in it have no values. */
  objects: z.string(),
  bindings: z.record(z.string(), z.unknown()),
  env: z.record(z.string(), z.string()),
  replicas: z.int(),
  resources: z
    .object({
      requests: z.object({ cpu: z.string().optional(), memory: z.string().optional() }).optional(),
      limits: z.object({ cpu: z.string().optional(), memory: z.string().optional() }).optional(),
    })
    .optional(),
  ingress: z.object({ host: z.string() }).nullable(),
  /** Where each value comes from, by JSON Pointer; absent in revisions of before that was recorded. */
  origins: z
    .record(z.string(), z.enum(['module', 'environment', 'environment-app', 'you']))
    .optional(),
  secretVersion: z.int(),
  images: z.array(z.string()),
  /** What its pods ask of a cluster; absent in revisions of before that was recorded. */
  demand: z.array(DemandData).optional(),
  /** Bytes of the volumes that it asks a cluster for; absent in revisions of before that was recorded. */
  storage: z.int().min(0).optional(),
  /** Stands on the pod template from the first restart on, so that a later update does not restart once more. */
  restartedAt: z.iso.datetime().optional(),
  reason: z.string().optional(),
})
export type Phase = z.infer<typeof Phase>
export type RevisionData = z.infer<typeof RevisionData>
export type CauseData = z.infer<typeof CauseData>
export type ConsentData = z.infer<typeof ConsentData>
export type WaitData = z.infer<typeof WaitData>
export type AskData = z.infer<typeof AskData>

/** A cluster on which data was kept that is to be erased. */
export const Erasing = z.object({ cluster: z.string(), of: z.array(z.uuid()) })
export type Erasing = z.infer<typeof Erasing>

/** What somebody asks of a deployment: the beginning of an operation. */
export const DeploymentRequested = z.object({
  ...operation,
  kind: z.enum(['create', 'update', 'rollback', 'restart', 'move', 'delete']),
  actor: z.string(),
  via: Via,
  assisted: z.boolean(),
  namespace: z.string(),
  name: z.string(),
  app: z.string(),
  team: z.string(),
  environment: z.enum(['dev', 'staging', 'prod']),
  /** The composition it is made a member of; a member stays one for life. */
  composition: z.string().optional(),
  /** Where it is to run; of a move, those it goes to. */
  clusters: z.array(z.string()).min(1),
  /** Absent where nothing was decided anew. */
  placement: PlacementData.optional(),
  /** Of replicas that are divided: the part of each cluster. Absent where each has all. */
  replicas: z.record(z.string(), z.int()).optional(),
  /** Absent where all clusters go at once. */
  waves: WavesData.optional(),
  /** Of a move: why, where the platform or who runs it asked for it. */
  why: Text.optional(),
  deadline: z.iso.datetime(),
  /** Absent for a delete. */
  revision: RevisionData.optional(),
  /** For a rollback: the revision gone back to. For a move: the one it takes along, where a newer one never served. */
  to: z.int().optional(),
  /** For a rollback: whose secrets and connections it takes. Absent in events of before this was told. */
  configuration: z.enum(['now', 'then']).optional(),
  /** For a delete. */
  data: z.enum(['keep', 'delete']).optional(),
  /** For a delete with its data: where more was kept under its name, and `of` which earlier deployments. */
  erases: z.array(Erasing).optional(),
  continues: z.uuid().optional(),
  /** Hash of the preview that was seen: nothing is applied where something else would happen. */
  preview: z.string().optional(),
  /** What the actor consents to, of what the operation asked that this one continues. */
  consents: z.array(ConsentData).optional(),
  /** The approvals on whose strength it was let through. */
  approvals: z.array(z.uuid()).optional(),
})
