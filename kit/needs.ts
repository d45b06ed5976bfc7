import type { App, Bound, NeedSpec } from './app.ts'
import type { Capability } from './capabilities.ts'

/** A capability an app asks of another, written with `need` or `maybe`. */
export type Need<O extends boolean = boolean> = {
  readonly capability: Capability
  readonly optional: O
}

/** The app cannot do its work without this capability. */
export function need(capability: Capability): Need<false> {
  return { capability, optional: false }
}

/** The app uses this capability when it is bound, and does without otherwise. */
export function maybe(capability: Capability): Need<true> {
  return { capability, optional: true }
}

/** What the author's functions see: a required need is always there, an optional one may be absent. */
export type Bindings<N extends Readonly<Record<string, Need>>> = {
  readonly [K in keyof N]: N[K] extends Need<false> ? Bound : Bound | undefined
}

/** Address of a provider that was not chosen: `.invalid` never resolves (RFC 2606), so nothing is reached by accident. */
function placeholder(name: string): Bound {
  return { url: `http://${name.toLowerCase()}.unbound.invalid` }
}

/** Required needs without a provider: `render` puts a placeholder in their place, the platform refuses to apply that. */
export function unboundNeeds(
  app: Pick<App, 'needs'>,
  bindings: Readonly<Record<string, unknown>>,
): readonly NeedSpec[] {
  return app.needs.filter(each => !each.optional && bindings[each.name] === undefined)
}

/** Every need by name, with a placeholder for a required one that is not bound. */
export function bindingsOf(
  needs: readonly NeedSpec[],
  bindings: Readonly<Record<string, Bound>>,
): Readonly<Record<string, Bound | undefined>> {
  return Object.fromEntries(
    needs.map(({ name, optional }) => [
      name,
      bindings[name] ?? (optional ? undefined : placeholder(name)),
    ]),
  )
}
