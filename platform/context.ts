import type { Passport, UnusableApp } from '#api/apps.ts'
import type { OperationKind } from '#api/operations.ts'
import type { App, AppData, Network, RenderInput, SettingsResult } from '#kit/app.ts'
import type { Environments } from '#kit/environment.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { type ModuleFacts, moduleFacts } from '#kit/module-facts.ts'
import type { PassportDocuments } from '#kit/passport-documents.ts'
import type { Database, Sql } from './adapters/database/database.ts'
import type { ModuleSandbox } from './adapters/modules/module-sandbox.ts'
import type { Outgoing } from './adapters/outgoing/outgoing.ts'
import type { PolicyEngine } from './adapters/policy/policy-engine.ts'
import { lookUpAddedApp, readAddedApp } from './added-apps/added-app.ts'
import type { ClusterAgent } from './federation/cluster-agent.ts'
import type { FourEyes } from './governance/approvals/may-decide.ts'
import type { Post } from './governance/identity/links.ts'
import type { SecretVault } from './governance/secret-versions.ts'
import type { Queue } from './orchestration/queue.ts'

/** An app whose module is a stranger's: what it is was taken once, as data, and what it does is asked of the sandbox. */
export type AddedApp = AppData & {
  /** Of its module's code: what made the objects is that, and nothing else. */
  readonly digest: string
  parseSettings(input: unknown): Promise<SettingsResult>
  /** The ways out of the cluster that are open with these settings, never more than it declares. */
  egress(settings: Readonly<Record<string, unknown>>): Promise<Network['egress']>
  /** Throws `module-refused` for what no module of a stranger may render. */
  render(input: RenderInput): Promise<readonly KubernetesObject[]>
}

/** An app on the shelf, whoever's its module is. */
export type ShelfApp = (App & { readonly digest?: undefined }) | AddedApp

/** An app on the shelf: its module, its passport with the assessments in its evidence, what its people wrote about it (Markdown), and its picture (SVG). */
export type CatalogueEntry = {
  readonly app: ShelfApp
  readonly passport: Passport
  readonly documents: PassportDocuments
  readonly readme: string
  readonly icon: string
  /** Of an app that somebody brought from outside: who and when, and what can be read off what it renders. */
  readonly added?: {
    readonly by: string
    readonly at: string
    readonly digest: string
    readonly facts: ModuleFacts
  }
}

/** What the platform stands on; the composition root chooses each. */
export type PlatformContext = {
  readonly database: Database
  /** The apps that Kade brings along; those that people added stand in the database. */
  readonly catalog: readonly CatalogueEntry[]
  readonly environments: Environments
  readonly sandbox: ModuleSandbox
  readonly queue: Pick<Queue, 'enqueue' | 'deadLetters' | 'jobs'>
  readonly secrets: SecretVault
  readonly policy: PolicyEngine
  readonly agent: Pick<ClusterAgent, 'ask'>
  /** The way to servers that are no clusters. */
  readonly outgoing: Outgoing
  /** The way to people by e-mail; absent where none is set up, and links are handed over by who makes them. */
  readonly post?: Post | undefined
  readonly clock: () => Date
  /** Whether a second person is needed also where there is none. */
  readonly fourEyes: FourEyes
  /** Seconds an operation may take before it is ended as failed. */
  readonly deadlineSeconds: (kind: OperationKind, app: AppData | undefined) => number
}

/** The entry of an app id, or undefined. Who is in a transaction reads in it: to wait for a second connection may be to wait for oneself. */
export async function findApp(
  context: PlatformContext,
  id: string,
  sql: Sql,
): Promise<CatalogueEntry | undefined> {
  return (
    context.catalog.find(entry => entry.app.id === id) ?? (await readAddedApp(context, id, sql))
  )
}

/** The entry of an app id, why that cannot be used, or undefined. */
export async function lookUpApp(
  context: PlatformContext,
  id: string,
  sql: Sql,
): Promise<CatalogueEntry | UnusableApp | undefined> {
  return (
    context.catalog.find(entry => entry.app.id === id) ?? (await lookUpAddedApp(context, id, sql))
  )
}

/** What can be read off what the app renders. */
export function factsOfEntry(entry: Pick<CatalogueEntry, 'app' | 'added'>): ModuleFacts {
  // An entry without `added` is one of Kade's own, whose module runs here.
  return entry.added?.facts ?? moduleFacts(entry.app as App)
}
