import type { AppData, Bound, RenderInput } from './app.ts'

/** Every need bound, so that nothing is a placeholder. */
export function bindAll(app: Pick<AppData, 'needs'>): Readonly<Record<string, Bound>> {
  const bound = app.needs.map(({ name, capability }) => [
    name,
    { url: `http://${capability}.other.svc:8000`, key: { secretKey: `${name}.key` } },
  ])
  return Object.fromEntries(bound)
}

/** A usual request to render, for whoever checks a module; `changes` replace parts of it. */
export function renderInput(
  app: Pick<AppData, 'id' | 'needs'>,
  changes: Partial<RenderInput> = {},
): RenderInput {
  return {
    namespace: 'team-a',
    name: `my-${app.id}`,
    settings: {},
    replicas: 1,
    env: {},
    ingress: null,
    bindings: bindAll(app),
    secretName: `my-${app.id}-1`,
    givenSecrets: [],
    ...changes,
  }
}
