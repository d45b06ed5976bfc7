import type { App } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { type ComposeInput, composeObjects } from '#platform/deployments/compose.ts'

/** All objects of a revision of an app whose module runs here. */
export function composed(input: ComposeInput & { readonly app: App }): readonly KubernetesObject[] {
  const { app, render, environment } = input
  const objects = app.render({ ...render, environment: environment.name })
  return composeObjects(input, { objects, egress: app.egress(render.settings) })
}
