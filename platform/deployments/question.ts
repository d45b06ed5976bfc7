import type { Passport } from '#api/apps.ts'
import type { Namespace } from '#api/clusters.ts'
import type { DeploymentInput, Resources } from '#api/deployments.ts'
import type { AppData } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { isExpired } from '#kit/passport.ts'
import {
  type PassportAnswers,
  type PolicyEnvironment,
  type PolicyQuestion,
  parseBounds,
} from '#platform/governance/policy-input.ts'
import type { Actor } from '#platform/platform.ts'

export type Judged = {
  readonly app: AppData
  readonly actor: Pick<Actor, 'id' | 'teams'>
  readonly namespace: Namespace | null
  /** Where it goes; empty where that is not known yet. */
  readonly clusters: readonly string[]
  readonly target: { readonly namespace: string; readonly name: string }
  readonly configuration: DeploymentInput
  readonly asked?: Resources | null
  readonly objects: readonly KubernetesObject[]
  readonly environment: PolicyEnvironment
  /** Of the app; null where it has left the shelf. */
  readonly passport: Passport | null
  readonly now: Date
}

/** What the policies are asked, at the door and again at apply. */
export function questionFor({
  app,
  actor,
  namespace,
  clusters,
  target,
  configuration,
  asked,
  objects,
  environment,
  passport,
  now,
}: Judged): PolicyQuestion {
  const { namespace: namespaceName, name } = target
  return {
    request: { app: app.id, namespace: namespaceName, name, ...configuration },
    ...(asked === undefined ? {} : { asked }),
    namespace: {
      name: namespaceName,
      exists: namespace !== null,
      ready: namespace !== null && stands(namespace, clusters),
      team: namespace?.team ?? null,
      environment: namespace?.environment ?? null,
      bounds: namespace && parseBounds(namespace.bounds),
    },
    environment: { allowed: environment.allowed, demands: environment.demands },
    actor: { id: actor.id, mayDeploy: namespace !== null && actor.teams.includes(namespace.team) },
    app: {
      id: app.id,
      network: app.network,
      relaxations: app.relaxations,
      defaults: app.resources,
      passport: answersOf(passport, now),
    },
    objects,
  }
}

function answersOf(passport: Passport | null, now: Date): PassportAnswers {
  const answers = (passport?.criteria ?? []).map(({ id, answer, assurance, value, expiresAt }) => [
    id,
    { answer, assurance, value, current: !isExpired({ expiresAt }, now) },
  ])
  return Object.fromEntries(answers)
}

/** Every cluster it goes to is prepared, or is being prepared: the operation waits for that. */
function stands(namespace: Namespace, clusters: readonly string[]): boolean {
  const usable = namespace.clusters.filter(one => one.state !== 'failed').map(one => one.name)
  return clusters.length === 0 ? usable.length > 0 : clusters.every(name => usable.includes(name))
}
