import { shelfEnvironments } from '#catalog/environments.ts'
import { litellm } from '#catalog/litellm/litellm.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { composed } from '#tests/support/composed.ts'

/** A namespace of environment prod has room for about this many of the app that is deployed. */
const perNamespace = 50

export type Target = { namespace: string; name: string }

/** So many deployments, over as many namespaces as they need; `side` names these. */
export function targets(
  side: string,
  deployments: number,
): { namespaces: string[]; all: Target[] } {
  const count = Math.ceil(deployments / perNamespace)
  const namespaces = Array.from({ length: count }, (_, n) => `${side}-${n}`)
  const all = Array.from({ length: deployments }, (_, n) => ({
    namespace: namespaces[n % count] ?? '',
    name: `app-${n}`,
  }))
  return { namespaces, all }
}

/** The objects Kade would apply, with values in the Secret and a parent of the same size. */
export function objectsOf({ namespace, name }: Target): readonly KubernetesObject[] {
  const parsed = litellm.parseSettings({})
  if (!parsed.ok) throw new Error('{} must be valid')
  const render = {
    namespace,
    name,
    settings: parsed.settings,
    replicas: 1,
    env: {},
    ingress: null,
    bindings: {},
    secretName: `${name}-secrets-1`,
    givenSecrets: [],
  }
  const environment = shelfEnvironments.prod
  const owner = { deployment: crypto.randomUUID(), team: 'bench', standing: new Map() }
  const objects = composed({ app: litellm, ...owner, environment, peers: [], render })
  const secret = { masterKey: btoa('x'.repeat(40)), saltKey: btoa('x'.repeat(40)) }
  const parent = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}-parent`, namespace },
    data: { inventory: 'x'.repeat(1_000) },
  }
  return [
    parent,
    ...objects.map(object => (object.kind === 'Secret' ? { ...object, data: secret } : object)),
  ]
}
