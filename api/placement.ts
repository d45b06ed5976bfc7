import { z } from 'zod'
import { DataClass } from './data-classes.ts'
import { Health } from './health.ts'
import { inBoth, Name, Text, Time } from './names.ts'

const Region = z.string().min(1).max(63)
const atLeastOne = inBoth('at least one', 'minstens één')

const Label = z.string().min(1).max(317)

/** Clusters that satisfy all that is said here. */
export const AffinityGroup = z
  .strictObject({
    clusters: z.array(Name).min(1, atLeastOne).max(100).optional(),
    regions: z.array(Region).min(1, atLeastOne).max(100).optional(),
    /** What all nodes of the cluster say alike. */
    labels: z.record(Label, z.string().max(63)).optional(),
  })
  .refine(
    group => Object.keys(group).length > 0,
    inBoth('say clusters, regions or labels', 'noem clusters, regions of labels'),
  )

/** Where a deployment may run, instead of naming a cluster. What is left open is chosen by Kade. */
export const PlacementWish = z.strictObject({
  /** One of these. */
  regions: z.array(Region).min(1, atLeastOne).max(100).optional(),
  /** The first group that is enough; clusters in none of them do not come into question. */
  affinity: z.array(AffinityGroup).min(1, atLeastOne).max(10).optional(),
  /** How many clusters, each of which gets the whole app: so many, or all that satisfy. One where absent. */
  clusters: z.union([z.int().min(1).max(100), z.literal('all')]).optional(),
  /** Over how many regions they are to be spread. */
  spread: z
    .strictObject({
      min: z.int().min(1).max(100).optional(),
      max: z.int().min(1).max(100).optional(),
    })
    .optional(),
  /** `divided`: the replicas are a total that is divided over the clusters; `each`, or absent: every cluster has as many. */
  replicas: z.enum(['each', 'divided']).optional(),
  /** The clusters wave by wave: what fails in one stops the next ones. Clusters that none names come last. */
  waves: z
    .array(z.array(Name).min(1, atLeastOne).max(100))
    .min(1, atLeastOne)
    .max(20)
    .refine(
      waves => new Set(waves.flat()).size === waves.flat().length,
      inBoth('each cluster stands in one wave', 'elk cluster staat in één golf'),
    )
    .optional(),
  /** What has to be seen of a wave before the next begins, besides that it serves. */
  gate: z
    .strictObject({
      /** Seconds for which it has to serve without a break. */
      healthyFor: z.int().min(0).max(86_400).optional(),
      /** Whether a person lets each next wave begin. */
      approval: z.boolean().optional(),
    })
    .optional(),
})
export type PlacementWish = z.infer<typeof PlacementWish>

/** What was decided about one cluster, and why. */
export const Verdict = z.object({
  cluster: z.string(),
  chosen: z.boolean(),
  code: z.enum([
    ...['stays', 'asked', 'usual', 'best', 'residency', 'residency-unknown', 'region'],
    ...['affinity', 'no-namespace', 'beside', 'cordoned', 'not-ready', 'unknown', 'no-room'],
    ...['not-asked', 'not-needed', 'too-few-clusters', 'too-few-regions', 'too-little-room'],
    ...['data-here', 'data-elsewhere'],
  ] as const),
  reason: Text,
})
export type Verdict = z.infer<typeof Verdict>

/** A deployment on one cluster. */
export const PlaceOfDeployment = z.object({
  cluster: z.string(),
  /** `here`: it runs there; `coming`: a move brings it there; `leaving`: it left, and is emptied once the cluster can be reached. */
  part: z.enum(['here', 'coming', 'leaving']),
  /** Since when it is `leaving`. */
  leavingSince: Time.optional(),
  /** The revision that was last seen there whole. */
  revision: z.int().nullable(),
  /** Of replicas that are divided: its part. */
  replicas: z.int().optional(),
  /** What was applied there last. */
  applied: z.object({ revision: z.int(), at: Time }).nullable(),
  health: Health,
})
export type PlaceOfDeployment = z.infer<typeof PlaceOfDeployment>

/** Where a deployment was placed by its last decision, and why there. */
export const PlacementOfDeployment = z.object({
  at: Time,
  dataClass: DataClass.optional(),
  wish: PlacementWish.optional(),
  /** One for each cluster that there was, by name. */
  verdicts: z.array(Verdict),
})
