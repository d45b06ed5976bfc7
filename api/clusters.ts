import { z } from 'zod'
import { Environment, Name, Text, Time } from './names.ts'

export const ClusterState = z.enum(['starting', 'joining', 'ready', 'unreachable', 'failed'])
export type ClusterState = z.infer<typeof ClusterState>

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
  version: z.string().optional(),
  deployments: z.int(),
})
export type Cluster = z.infer<typeof Cluster>

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
  bounds: z.object({
    cpu: z.string(),
    memory: z.string(),
    storage: z.string(),
    deployments: z.int(),
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
