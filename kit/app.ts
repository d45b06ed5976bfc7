import type { Capability } from './capabilities.ts'
import type { Connection } from './connection.ts'
import type { EnvironmentName } from './environment-name.ts'
import type { KubernetesObject } from './kubernetes-object.ts'

export type Text = { readonly en: string; readonly nl: string }

/** A key of the deployment's own Kubernetes Secret; in `env` it becomes `valueFrom.secretKeyRef`. */
export type SecretRef = { readonly secretKey: string }

/** What an app gets for a need that is bound: an address, and the key of its credential when there is one. */
export type Bound = { readonly url: string; readonly key?: SecretRef }

/** Says that a generated value is meant for a person, and what for: only such a secret can ever be read back. */
export type Revealed = {
  /** What the value is to who reads it: "First password of the administrator". */
  readonly purpose: Text
  /** The user name that goes with it: as it stands, or as a setting of the app says. */
  readonly userName?: string | { readonly setting: string }
}

export type SecretSpec = {
  readonly name: string
  /** `generated` once per deployment and kept; `provided` in the form, never read back; `bound` comes with a binding. */
  readonly kind: 'generated' | 'provided' | 'bound'
  readonly optional: boolean
  readonly title: Text
  readonly description?: Text
  /** Random bytes of a generated secret. */
  readonly bytes?: number
  /** How those bytes are written: `base64url`, or `hex` for an app that reads them back as bytes. */
  readonly encoding?: 'base64url' | 'hex'
  /** Put before a generated value, where the app wants it so (`sk-`). */
  readonly prefix?: string
  /** Only of a generated secret; without it the value is for the app alone. */
  readonly revealed?: Revealed
}

export type NeedSpec = {
  readonly name: string
  readonly capability: Capability
  readonly optional: boolean
}

/** A capability offered to other apps: on which port and path, and which secret opens it. */
export type Provides = {
  readonly capability: Capability
  readonly port: string
  /** Further ports that who uses the capability talks to, such as gRPC beside HTTP. */
  readonly also?: readonly string[]
  readonly path: string
  readonly secret?: string
  /** For a capability whose key is a whole connection string, in which `secret` is the password. */
  readonly connection?: Connection
}

/** Who may talk to the app and whom it may call; the platform writes the NetworkPolicies from this. */
export type Network = {
  /** Port that an ingress host leads to; null when nothing may. Consumers reach the ports of `provides` in any case. */
  readonly expose: string | null
  readonly ports: Readonly<Record<string, number>>
  /**
   * `internet-https` for apps that download models or call public APIs; each with its reason. With `bySetting` some settings
   * close it, and `egress` of the app says which are open.
   */
  readonly egress: readonly {
    readonly to: 'internet-https'
    readonly because: string
    readonly bySetting?: true
  }[]
}

/** Figures that the app gives about itself, as Prometheus reads them, to whoever reaches the port. */
export type Metrics = { readonly port: string; readonly path: string }

export type AppResources = {
  readonly requests: { readonly cpu: string; readonly memory: string }
  readonly limits: { readonly cpu?: string; readonly memory: string }
}

export type RenderInput = {
  readonly namespace: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly replicas: number
  /** Where it goes; by default `dev`. */
  readonly environment?: EnvironmentName
  readonly env: Readonly<Record<string, string>>
  readonly resources?: {
    readonly requests?:
      | { readonly cpu?: string | undefined; readonly memory?: string | undefined }
      | undefined
    readonly limits?:
      | { readonly cpu?: string | undefined; readonly memory?: string | undefined }
      | undefined
  }
  readonly ingress: { readonly host: string } | null
  readonly bindings: Readonly<Record<string, Bound>>
  /** Name of the Kubernetes Secret that the platform writes; its keys are the app's secret names and `<need>.key`. */
  readonly secretName: string
  /** Names of the provided secrets that have a value. */
  readonly givenSecrets: readonly string[]
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Record<string, unknown> }
  | {
      readonly ok: false
      readonly violations: { readonly pointer: string; readonly detail: Text }[]
    }

/** What an app is, without what its module does. */
export type AppData = {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly category: string
  readonly description: Text
  readonly images: readonly string[]
  readonly needs: readonly NeedSpec[]
  readonly provides: readonly Provides[]
  readonly secrets: readonly SecretSpec[]
  readonly network: Network
  readonly metrics: Metrics | null
  readonly resources: AppResources
  readonly storage: readonly {
    readonly name: string
    readonly size: string
    readonly mount: string
  }[]
  /** 1 for an app that owns a ReadWriteOnce volume. */
  readonly maxReplicas: number
  /** Seconds its pods may take to become ready, and its jobs to end, before an operation is given up. */
  readonly readyWithin: number
  readonly relaxations: readonly { readonly what: string; readonly because: string }[]
  /** JSON Schema, draft 2020-12, `additionalProperties: false`; defaults are in it. */
  settingsSchema(): Record<string, unknown>
}

/** A service-owned deployment module as the platform sees it: data and pure functions, whatever `defineApp` inferred before. */
export type App = AppData & {
  /** Fills defaults in; pointers are relative to the settings (`/maxUploadMB`). */
  parseSettings(input: unknown): SettingsResult
  /**
   * What of `network.egress` is open with these settings, and so what the network lets through. Settings that are not valid open
   * nothing, and `render` refuses them.
   */
  egress(settings: Readonly<Record<string, unknown>>): Network['egress']
  /**
   * Settings in, Kubernetes objects out; pure. Workloads, Service, ServiceAccount, ConfigMaps, claims, Ingress; never a
   * Namespace, NetworkPolicy, Secret, or RBAC, which are the platform's. Every object names its namespace.
   */
  render(input: RenderInput): readonly KubernetesObject[]
}
