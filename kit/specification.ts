import type { z } from 'zod'
import type { Text } from './app.ts'
import type { Capability } from './capabilities.ts'
import type { Connection } from './connection.ts'
import type { EgressDefinition } from './egress.ts'
import type { EnvValue } from './env.ts'
import type { Image } from './image.ts'
import type { JobDefinition, ScheduleDefinition } from './job.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { Bindings, Need } from './needs.ts'
import type { Health } from './probes.ts'
import type { ResourceDefinition } from './resources.ts'
import type { Secret, SecretRefs } from './secrets.ts'
import type { Relax, RunAs } from './security.ts'
import type { FilesDefinition, ScratchDefinition, VolumeDefinition } from './volumes.ts'

export type Needs = Readonly<Record<string, Need>>
export type Secrets = Readonly<Record<string, Secret>>

/** What the author's functions are given: everything that a person or the platform decided. */
export type Context<S extends z.ZodObject, N extends Needs, X extends Secrets, P extends string> = {
  readonly settings: z.output<S>
  readonly needs: Bindings<N>
  readonly secrets: SecretRefs<X>
  readonly ports: Readonly<Record<P, number>>
  readonly namespace: string
  readonly name: string
  readonly replicas: number
  /** The deployment's own Kubernetes Secret, for a `transform` that mounts it. */
  readonly secretName: string
  /** Host of the ingress, when the app has one. */
  readonly host: string | undefined
}

/** A step that runs to its end before the app starts, in the same image with the same mounts and variables. */
export type InitStep = {
  readonly name: string
  readonly command: readonly string[]
}

/** A further container in the same pod: it shares volumes, user and life of the app's own, and opens some of its ports. */
export type Sidecar<P extends string, C> = {
  readonly image: string
  /** Absent where it says no, such as a database of its own when another one is bound. For one that opens no ports. */
  readonly when?: (context: C) => boolean
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly ports?: readonly P[]
  readonly health: Health<P>
  readonly resources: ResourceDefinition
  /** Which of the app's volumes, scratch directories and files it sees, by name; absent: all of them. */
  readonly mounts?: readonly string[]
  readonly env?: (context: C) => Readonly<Record<string, EnvValue>>
}

/** What an author writes. Names refer by type: a port that is not in `ports` cannot be named elsewhere. */
export type Specification<
  S extends z.ZodObject,
  P extends string,
  N extends Needs,
  X extends Secrets,
  V extends string,
  E extends P,
  T extends string,
  F extends string,
> = {
  readonly info: {
    readonly id: string
    readonly name: string
    /** Of the app, not of the module. */
    readonly version: string
    readonly category: string
    readonly description: Text
  }
  /** A fixed tag or a digest. Left out, it is `<id>:latest` from the node itself, in environment `dev` and nowhere else. */
  readonly image?: Image<NoInfer<z.output<S>>>
  /** Name of the app's container, for an app that was known by another one before; by default its id. */
  readonly container?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[] | ((context: Context<S, N, X, P>) => readonly string[])
  readonly ports: Readonly<Record<P, number>>
  /** The port that an ingress host leads to. An app without one cannot be reached from outside the cluster. */
  readonly expose?: E
  /** The only source of the settings' types, defaults, JSON Schema and form; every setting has a default. */
  readonly settings: S
  /** Rules that span settings; pointers are relative to the settings. */
  readonly check?: (settings: z.output<S>) => readonly { pointer: string; detail: Text }[]
  readonly needs?: N
  readonly provides?: readonly {
    readonly capability: Capability
    readonly port: NoInfer<P>
    /** Further ports that who uses the capability talks to, such as gRPC beside HTTP. */
    readonly also?: readonly NoInfer<P>[]
    readonly path: string
    readonly secret?: NoInfer<keyof X & string>
    /** For a capability whose key is a whole connection string, in which `secret` is the password. */
    readonly connection?: Connection
  }[]
  readonly secrets?: X
  /** ReadWriteOnce: an app with a volume has one replica and is stopped before it is replaced. */
  readonly volumes?: Readonly<Record<V, VolumeDefinition<NoInfer<z.output<S>>>>>
  readonly scratch?: Readonly<Record<T, ScratchDefinition>>
  readonly files?: Readonly<Record<F, FilesDefinition<NoInfer<Context<S, N, X, P>>>>>
  readonly health: Health<NoInfer<P>>
  readonly resources: ResourceDefinition
  /** Devices by resource name (`nvidia.com/gpu`); none when the number is 0. */
  readonly devices?: (settings: NoInfer<z.output<S>>) => Readonly<Record<string, number>>
  readonly runAs: RunAs
  readonly relax?: Relax
  readonly egress?: readonly EgressDefinition<NoInfer<z.output<S>>>[]
  /** Figures for Prometheus that need no key; the environment has them collected where the cluster can. */
  readonly metrics?: { readonly port: NoInfer<P>; readonly path: `/${string}` }
  /** Seconds; a model server needs more than a web page. */
  readonly readyWithin: number
  /** Seconds between the request to stop and the end. */
  readonly stopWithin?: number
  readonly maxReplicas?: number
  readonly env: (context: NoInfer<Context<S, N, X, P>>) => Readonly<Record<string, EnvValue>>
  /** By container name. */
  readonly sidecars?: Readonly<Record<string, Sidecar<NoInfer<P>, NoInfer<Context<S, N, X, P>>>>>
  readonly init?: (context: NoInfer<Context<S, N, X, P>>) => readonly InitStep[]
  /** By name: what runs to its end before, to try, or after the app, whenever it changes. */
  readonly jobs?: Readonly<
    Record<string, JobDefinition<NoInfer<V | T | F>, NoInfer<Context<S, N, X, P>>>>
  >
  /** By name: what runs to its end at set times. */
  readonly schedules?: Readonly<
    Record<string, ScheduleDefinition<NoInfer<V | T | F>, NoInfer<Context<S, N, X, P>>>>
  >
  /** The way out for what the kit has no word for. Its result is checked again, whole, and a fault in it is an error. */
  readonly transform?: (
    objects: readonly KubernetesObject[],
    context: NoInfer<Context<S, N, X, P>>,
  ) => readonly KubernetesObject[]
}

/** A specification after `defineApp` has checked its names: the builders need no more than this. */
export type AnySpecification = Specification<
  z.ZodObject,
  string,
  Needs,
  Secrets,
  string,
  string,
  string,
  string
>
export type AnyContext = Context<z.ZodObject, Needs, Secrets, string>
