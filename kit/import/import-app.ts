/** Turns the objects of one app into a module: a specification, and an overlay with everything else that was said. */
import type { App, RenderInput } from '../app.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields, list, text } from '../lint/read.ts'
import type { ModuleFinding } from '../module-error.ts'
import { type Overlay, type OverlayChange, overlay } from '../overlay.ts'
import type { Relax } from '../security.ts'
import { type Adjustment, nameOf } from './adjustment.ts'
import { buildDraft } from './build-draft.ts'
import { withDefaults } from './defaults.ts'
import { countFields, difference } from './difference.ts'
import { type Draft, draftOf } from './draft.ts'
import { type Group, mainOf } from './groups.ts'
import { mend } from './mend.ts'
import { itemsAt } from './open-data.ts'
import { containersOf, podSpecs } from './pod-specs.ts'
import { refuse } from './refuse.ts'
import { readProvidedSecrets, type SecretOrigin, secretNames } from './secret-names.ts'
import { withoutServerFields } from './server-fields.ts'

export type Outcome = {
  readonly object: string
  /** `whole`: in the specification, or as a whole further object; `overlay`: with that many fields laid over. */
  readonly outcome: 'whole' | 'overlay'
  readonly fields: number
}

export type ImportedApp = {
  readonly draft: Draft
  readonly overlay: Overlay
  readonly secrets: ReadonlyMap<string, SecretOrigin>
  /** The objects that came in, without what a server wrote. */
  readonly originals: readonly KubernetesObject[]
  /** Renders the deployment under its original names. */
  readonly input: RenderInput
  /** What the module has to render: the objects that came in, with the adjustments. */
  readonly expected: readonly KubernetesObject[]
  readonly outcomes: readonly Outcome[]
  readonly adjustments: readonly Adjustment[]
  /** What the linter still finds; the platform refuses the module until a person has answered it. */
  readonly open: readonly ModuleFinding[]
}

/** What is known beside the app itself. */
export type Surroundings = {
  readonly secretKeys: ReadonlyMap<string, readonly string[]>
  /** Accounts that rights were given to. */
  readonly accountsWithRights: ReadonlySet<string>
}

function relaxFor(
  objects: readonly KubernetesObject[],
  { accountsWithRights }: Surroundings,
): Relax {
  const pods = objects.flatMap(podSpecs)
  const all = pods.flatMap(containersOf).map(({ container }) => fields(container.securityContext))
  const added = all.flatMap(each =>
    list(at(each, 'capabilities', 'add')).filter(one => typeof one === 'string'),
  )
  const isWritable = all.some(each => each.readOnlyRootFilesystem !== true)
  const needsToken = pods.some(
    ({ spec }) =>
      spec.automountServiceAccountToken === true ||
      (spec.automountServiceAccountToken === undefined &&
        accountsWithRights.has(String(spec.serviceAccountName))),
  )
  const because = (what: string) => `as imported: ${what}`
  return {
    ...(isWritable && {
      writableRootFilesystem: { because: because('a container may write to its root file system') },
    }),
    ...(needsToken && {
      serviceAccountToken: { because: because('its account has a token, and rights') },
    }),
    ...(added.length > 0 && {
      capabilities: { add: [...new Set(added)], because: because('a container adds it') },
    }),
  }
}

/** Where an autoscaler decides and nobody said a number, a module says none either. */
function withoutScaledReplicas(
  objects: readonly KubernetesObject[],
  said: readonly KubernetesObject[],
) {
  const scaled = objects
    .filter(each => each.kind === 'HorizontalPodAutoscaler')
    .map(each => fields(at(each, 'spec', 'scaleTargetRef')))
  return objects.map((object, index) => {
    const isScaled = scaled.some(
      each => each.kind === object.kind && each.name === object.metadata.name,
    )
    if (!isScaled || at(said[index], 'spec', 'replicas') !== undefined) return object
    const { replicas: _, ...spec } = fields(object.spec)
    return { ...object, spec }
  })
}

function overlayOf(base: readonly KubernetesObject[], expected: readonly KubernetesObject[]) {
  const change: OverlayChange[] = []
  const add: KubernetesObject[] = []
  const outcomes: Outcome[] = []
  const complete = withoutScaledReplicas(expected.map(withDefaults), expected)
  const under = new Map(base.map(each => [nameOf(each), withDefaults(withoutServerFields(each))]))
  for (const [index, object] of expected.entries()) {
    const rendered = under.get(nameOf(object))
    if (rendered === undefined) {
      add.push(withoutNamespace(object))
      outcomes.push({ object: nameOf(object), outcome: 'whole', fields: 0 })
      continue
    }
    const found = difference(rendered, complete[index], { list: '', path: '', said: object })
    const count = countFields(found)
    if (found !== undefined) {
      const { name } = object.metadata
      const all = fields(found)
      change.push({ kind: object.kind, ...all, metadata: { name, ...fields(all.metadata) } })
    }
    outcomes.push({
      object: nameOf(object),
      outcome: count === 0 ? 'whole' : 'overlay',
      fields: count,
    })
  }
  const omit = base
    .filter(each => !expected.some(one => nameOf(one) === nameOf(each)))
    .map(({ kind, metadata }) => ({ kind, name: metadata.name }))
  const laid: Overlay = {
    ...(change.length > 0 && { change }),
    ...(add.length > 0 && { add }),
    ...(omit.length > 0 && { omit }),
  }
  return { laid, outcomes }
}

function withoutNamespace(object: KubernetesObject): KubernetesObject {
  const { namespace: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

function ingressOf(objects: readonly KubernetesObject[], name: string): RenderInput['ingress'] {
  const ingress = objects.find(each => each.kind === 'Ingress' && each.metadata.name === name)
  const [rule] = list(at(ingress, 'spec', 'rules'))
  const host = text(at(rule, 'host'))
  return host === undefined ? null : { host }
}

/**
 * Imports one app; undefined where no workload is among its objects.
 * @param objects of kinds that a module may emit, without what a server wrote, all in one namespace
 */
export function importApp({ name, objects }: Group, around: Surroundings): ImportedApp | undefined {
  if (mainOf(objects) === undefined) return undefined
  const namespace = objects[0]?.metadata.namespace ?? 'default'
  const own = `${name}-secrets`
  const names = secretNames()
  const copies = objects.map(each => structuredClone(each))
  for (const each of copies) {
    Object.assign(each.metadata, { namespace })
    sayClaimKinds(each)
  }
  const adjusted = copies.flatMap(object => [
    ...readProvidedSecrets(object, { names, own, known: around.secretKeys }),
    ...refuse(object),
  ])
  const relax = relaxFor(copies, around)
  if (relax.serviceAccountToken !== undefined) mountTokens(copies, around)
  const mended = mend(copies, name, Object.keys(relax))
  const workload = mainOf(mended.objects)
  const draft = workload && draftOf(name, workload, mended.objects, { ownSecret: own, relax })
  if (workload === undefined || draft === undefined) return undefined
  const ingress = draft.expose === undefined ? null : ingressOf(mended.objects, name)
  const input: RenderInput = {
    namespace,
    name,
    settings: {},
    replicas: Number(at(workload, 'spec', 'replicas') ?? 1),
    env: {},
    ingress,
    bindings: {},
    secretName: own,
    givenSecrets: [...names.origins.keys()],
  }
  const base = buildDraft(draft, [...names.origins.keys()]).render(input)
  const isNew = (object: KubernetesObject) =>
    mended.adjustments.some(each => each.object === nameOf(object) && each.pointer === '')
  const expected = mended.objects.map(object =>
    isNew(object) ? (base.find(each => nameOf(each) === nameOf(object)) ?? object) : object,
  )
  const { laid, outcomes } = overlayOf(base, expected)
  return {
    draft,
    overlay: laid,
    secrets: names.origins,
    originals: objects,
    input,
    expected,
    outcomes,
    adjustments: [...adjusted, ...mended.adjustments],
    open: mended.open,
  }
}

/** An API server knows what claim templates are; the strict schema wants it said. */
function sayClaimKinds(object: KubernetesObject): void {
  for (const claim of itemsAt(object.spec, 'volumeClaimTemplates')) {
    claim.apiVersion ??= 'v1'
    claim.kind ??= 'PersistentVolumeClaim'
  }
}

/** Says of a pod whose account has rights that it gets the token, which it got without saying so. */
function mountTokens(
  objects: readonly KubernetesObject[],
  { accountsWithRights }: Surroundings,
): void {
  for (const { spec } of objects.flatMap(podSpecs)) {
    if (!accountsWithRights.has(String(spec.serviceAccountName))) continue
    spec.automountServiceAccountToken ??= true
  }
}

/** What the module renders, built without being written down; the linter is not asked. */
export function renderImported({
  draft,
  overlay: laid,
  input,
  secrets,
}: ImportedApp): readonly KubernetesObject[] {
  const app: App = buildDraft(draft, [...secrets.keys()])
  // As the written module does it: without a host there is no Ingress to change.
  const change = laid.change?.filter(each => each.kind !== 'Ingress' || input.ingress !== null)
  return overlay(app.render(input), { ...laid, ...(change && { change }) })
}
