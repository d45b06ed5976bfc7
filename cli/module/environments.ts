import type { App, RenderInput } from '#kit/app.ts'
import type { EnvironmentName } from '#kit/environment-name.ts'
import { renderInput } from '#kit/render-input.ts'

/**
 * How a module is typically deployed in each environment, with no setting answered: dev alone and with only what it cannot do
 * without; staging reachable; prod reachable, with a second copy where the app can have one and every secret given.
 */
export function environmentInput(app: App, environment: EnvironmentName): RenderInput {
  const everything = renderInput(app, {
    namespace: `team-a-${environment}`,
    name: app.id,
    environment,
  })
  const needed = app.needs.filter(each => !each.optional).map(each => each.name)
  const ingress =
    app.network.expose === null ? null : { host: `${app.id}.${environment}.example.org` }
  switch (environment) {
    case 'dev': {
      const bindings = Object.entries(everything.bindings).filter(([name]) => needed.includes(name))
      return { ...everything, bindings: Object.fromEntries(bindings) }
    }
    case 'staging':
      return { ...everything, ingress }
    case 'prod': {
      const provided = app.secrets.filter(each => each.kind === 'provided')
      return {
        ...everything,
        ingress,
        replicas: Math.min(2, app.maxReplicas),
        givenSecrets: provided.map(each => each.name),
      }
    }
  }
}
