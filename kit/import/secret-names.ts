/** Secrets of an import: values stay where they are, and what reads a key reads a provided secret of the module instead. */
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields, text } from '../lint/read.ts'
import { type Adjustment, nameOf } from './adjustment.ts'
import { type Data, itemsAt } from './open-data.ts'
import { containersOf, type PodPlace, podSpecs } from './pod-specs.ts'

/** Where a provided secret of the module was read from. */
export type SecretOrigin = { readonly secret: string; readonly key: string }

export type SecretNames = {
  /** By name in the module. */
  readonly origins: ReadonlyMap<string, SecretOrigin>
  nameFor(secret: string, key: string): string
}

/** Gives every key a name: its own, or with its Secret's name before it where two Secrets have the same. */
export function secretNames(): SecretNames {
  const origins = new Map<string, SecretOrigin>()
  return {
    origins,
    nameFor(secret, key) {
      for (const name of [key, `${secret}-${key}`]) {
        const before = origins.get(name)
        if (before === undefined) origins.set(name, { secret, key })
        if (before === undefined || (before.secret === secret && before.key === key)) return name
      }
      return key
    },
  }
}

/** The keys of a Secret. */
export function keysOf(secret: KubernetesObject): readonly string[] {
  return [
    ...new Set([...Object.keys(fields(secret.data)), ...Object.keys(fields(secret.stringData))]),
  ]
}

export type SecretPlan = {
  readonly names: SecretNames
  /** Name of the Secret that the platform writes for the deployment. */
  readonly own: string
  /** Keys by Secret, of those that came along. */
  readonly known: ReadonlyMap<string, readonly string[]>
}

/** Variables of a whole Secret become one by one; one that the container sets itself wins, as it did. */
function expand(container: Data, { known }: SecretPlan): boolean {
  const env = itemsAt(container, 'env')
  const sources = itemsAt(container, 'envFrom')
  const isKnown = (each: Data) => known.has(String(at(each, 'secretRef', 'name')))
  // A later source wins over an earlier one, so only the last ones can move behind the others.
  const from = sources.findLastIndex(each => !isKnown(each)) + 1
  const moved = sources.slice(from)
  if (moved.length === 0) return false
  const all = new Map<string, Data>()
  for (const source of moved) {
    const secret = String(at(source, 'secretRef', 'name'))
    for (const key of known.get(secret) ?? []) {
      const name = `${text(source.prefix) ?? ''}${key}`
      all.set(name, { name, valueFrom: { secretKeyRef: { name: secret, key } } })
    }
  }
  for (const each of env) all.delete(String(each.name))
  container.env = [...all.values(), ...env]
  if (from > 0) container.envFrom = sources.slice(0, from)
  else delete container.envFrom
  return true
}

function renameIn(container: Data, plan: SecretPlan): string[] {
  return itemsAt(container, 'env').flatMap(each => {
    const ref = at(each, 'valueFrom', 'secretKeyRef')
    const [secret, key] = [text(at(ref, 'name')), text(at(ref, 'key'))]
    if (secret === undefined || key === undefined) return []
    const name = plan.names.nameFor(secret, key)
    Object.assign(fields(ref), { name: plan.own, key: name })
    return [
      `${each.name} reads the provided secret "${name}", which was ${key} of Secret ${secret}`,
    ]
  })
}

function renameVolumes({ spec }: PodPlace, plan: SecretPlan): string[] {
  return itemsAt(spec, 'volumes').flatMap(volume => {
    const from = fields(volume.secret)
    const secret = text(from.secretName) ?? ''
    const keys = plan.known.get(secret)
    if (keys === undefined) return []
    const items =
      from.items === undefined ? keys.map(key => ({ key, path: key })) : itemsAt(from, 'items')
    volume.secret = {
      ...from,
      secretName: plan.own,
      items: items.map(each => ({ ...each, key: plan.names.nameFor(secret, String(each.key)) })),
    }
    return [`volume ${volume.name} holds provided secrets, which were Secret ${secret}`]
  })
}

/** Turns what an object reads of Secrets into what a module reads; the object is a copy that may be written to. */
export function readProvidedSecrets(
  object: KubernetesObject,
  plan: SecretPlan,
): readonly Adjustment[] {
  const renamed = (pointer: string, why: string) =>
    ({ object: nameOf(object), pointer, kind: 'renamed', why }) as const
  return podSpecs(object).flatMap(pod => [
    ...containersOf(pod).flatMap(({ container, where }) => {
      const moved = expand(container, plan)
      const told = renameIn(container, plan).map(why => renamed(`${where}/env`, why))
      const why = 'a whole Secret as variables became one variable per key'
      return moved ? [renamed(`${where}/envFrom`, why), ...told] : told
    }),
    ...renameVolumes(pod, plan).map(why => renamed(`${pod.where}/volumes`, why)),
  ])
}
