import type { Passport } from '#api/apps.ts'
import type { OperationKind } from '#api/operations.ts'
import type { App } from '#kit/app.ts'
import type { Environments } from '#kit/environment.ts'
import type { PassportDocuments } from '#kit/passport-documents.ts'
import type { Database } from './adapters/database/database.ts'
import type { PolicyEngine } from './adapters/policy/policy-engine.ts'
import type { ClusterAgent } from './federation/cluster-agent.ts'
import type { SecretVault } from './governance/secret-versions.ts'
import type { Queue } from './orchestration/queue.ts'

/** An app on the shelf: its module, its passport with the assessments in its evidence, what its people wrote about it (Markdown), and its picture (SVG). */
export type CatalogueEntry = {
  readonly app: App
  readonly passport: Passport
  readonly documents: PassportDocuments
  readonly readme: string
  readonly icon: string
}

/** What the platform stands on; the composition root chooses each. */
export type PlatformContext = {
  readonly database: Database
  readonly catalog: readonly CatalogueEntry[]
  readonly environments: Environments
  readonly queue: Pick<Queue, 'enqueue' | 'deadLetters'>
  readonly secrets: SecretVault
  readonly policy: PolicyEngine
  readonly agent: Pick<ClusterAgent, 'ask'>
  readonly clock: () => Date
  /** Seconds an operation may take before it is ended as failed. */
  readonly deadlineSeconds: (kind: OperationKind, app: App | undefined) => number
}

/** The entry of an app id, or undefined. */
export function findApp(context: PlatformContext, id: string): CatalogueEntry | undefined {
  return context.catalog.find(entry => entry.app.id === id)
}
