/**
 * `compose` puts several apps together: it matches what one needs with what another offers, puts providers first, and
 * renders each through its own contract. Pure, like everything in the kit; the platform deploys a composition in this order.
 */
import type { App, Bound } from './app.ts'
import { arrange, type OpenNeed } from './arrange.ts'
import type { Ingress } from './kubernetes/generated/networking-v1.ts'
import type { DeploymentObjects } from './module-contract.ts'
import { ModuleError, type ModuleFinding } from './module-error.ts'
import { addressOf } from './offer.ts'

/** An app with its contract, whatever its settings are. */
type AnyApp = App & { readonly mkDeployment: (options: never) => DeploymentObjects }

type OptionsOf<A extends AnyApp> = NonNullable<Parameters<A['mkDeployment']>[0]>

/** What the infrastructure decides about one member; the types of its settings are those of its app. */
export type Member<A extends AnyApp = AnyApp, N extends string = string> = {
  readonly name: N
  readonly app: A
  /** Settings of the app. */
  readonly settings?: OptionsOf<A>['config']
  readonly ingress?: OptionsOf<A>['ingress'] | null
  /** By need: another member by its name, an address outside, or null to leave an optional need unbound. */
  readonly bindings?: Readonly<Record<string, string | Bound | null>>
} & Pick<
  OptionsOf<A>,
  Extract<keyof OptionsOf<A>, 'replicas' | 'env' | 'resources' | 'image' | 'imagePullPolicy'>
>

type Shape = { readonly name: string; readonly app: AnyApp; readonly ingress?: unknown }

type ObjectsOf<M extends Shape> = M extends { readonly ingress: { readonly host: string } }
  ? DeploymentObjects & { readonly ingress: Ingress }
  : DeploymentObjects

export type Composition<M extends readonly Shape[]> = {
  /** Names, providers before their consumers; otherwise as they were listed. */
  readonly order: readonly M[number]['name'][]
  /** For each member: what answers its needs. */
  readonly bindings: Readonly<Record<M[number]['name'], Readonly<Record<string, string | Bound>>>>
  /** What each member renders; an ingress is in the type where one was asked for. */
  readonly objects: { readonly [K in M[number] as K['name']]: ObjectsOf<K> }
  /** Needs that no member answers: to be bound to something outside when it is deployed. */
  readonly open: readonly OpenNeed[]
}

/**
 * Composes apps that are deployed together into one namespace.
 * @throws ModuleError with every fault at once: names that repeat, needs that several members could answer, circles, and
 * whatever the members themselves refuse.
 */
export function compose<const M extends readonly Shape[]>(
  members: M & { readonly [I in keyof M]: Member<M[I]['app'], M[I]['name']> },
  { namespace = 'default' }: { readonly namespace?: string } = {},
): Composition<M> {
  const listed: readonly Member[] = members
  const { order, bound, open, faults } = arrange(listed)
  const findings: ModuleFinding[] = faults.map(({ pointer, detail }) => ({
    rule: 'composition',
    pointer,
    detail: detail.en,
  }))
  const rendered = listed.map((member, place) => {
    const bindings = {
      ...outside(member),
      ...inside(listed, member, bound[place] ?? {}, namespace),
    }
    try {
      return render(member, bindings, namespace)
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error
      for (const one of error.findings)
        findings.push({ ...one, pointer: `/${place}${one.pointer}` })
      return null
    }
  })
  if (findings.length > 0) throw new ModuleError('the composition', findings)
  const inOrder = order.flatMap(place => listed[place] ?? [])
  return {
    order: inOrder.map(member => member.name),
    bindings: Object.fromEntries(
      listed.map((member, place) => [member.name, { ...outside(member), ...bound[place] }]),
    ),
    objects: Object.fromEntries(listed.map((member, place) => [member.name, rendered[place]])),
    open,
  } as unknown as Composition<M> // every member is in each record by its own name, which the types of the list say
}

function render(member: Member, bindings: Record<string, Bound>, namespace: string) {
  const { app, name, settings, bindings: _, ...rest } = member
  const options = { ...rest, namespace, name, config: settings ?? {}, bindings }
  // The list was checked against the options of each member's own app when it was written.
  return app.mkDeployment(options as never)
}

function outside({ bindings = {} }: Member): Record<string, Bound> {
  const addresses = Object.entries(bindings).flatMap(([need, answer]) =>
    typeof answer === 'object' && answer !== null ? [[need, answer] as const] : [],
  )
  return Object.fromEntries(addresses)
}

function inside(
  members: readonly Member[],
  { app }: Member,
  answers: Readonly<Record<string, string>>,
  namespace: string,
): Record<string, Bound> {
  const bound = Object.entries(answers).flatMap(([need, name]) => {
    const capability = app.needs.find(one => one.name === need)?.capability
    const provider = members.find(one => one.name === name)
    const offer = provider?.app.provides.find(one => one.capability === capability)
    if (!provider || !offer) return []
    const url = addressOf(provider.app, offer, { namespace, name })
    return [[need, { url, ...(offer.secret && { key: { secretKey: `${need}.key` } }) }] as const]
  })
  return Object.fromEntries(bound)
}
