import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ModuleFinding } from '../module-error.ts'
import { at, fields, list, pointer } from './read.ts'
import { workloads } from './workloads.ts'

/** Metadata that a module writes: of an object itself, or of what the cluster makes by its templates. */
export type MetadataPlace = { readonly metadata: unknown; readonly where: string }

/** Metadata of pods, jobs and claims that the cluster makes for an object. */
export function templateMetadata(objects: readonly KubernetesObject[]): readonly MetadataPlace[] {
  return [
    ...workloads(objects).map(({ template, where }) => ({
      metadata: template.metadata,
      where: `${where}/metadata`,
    })),
    ...objects.flatMap(({ spec }, index) => [
      {
        metadata: at(spec, 'jobTemplate', 'metadata'),
        where: pointer(index, 'spec', 'jobTemplate', 'metadata'),
      },
      ...list(at(spec, 'volumeClaimTemplates')).map((claim, number) => ({
        metadata: at(claim, 'metadata'),
        where: pointer(index, 'spec', 'volumeClaimTemplates', number, 'metadata'),
      })),
    ]),
  ]
}

/** With an owner an object goes when somebody else's does; with a finalizer it never goes, and a deletion waits for ever. */
export function lintMetadata(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  const own = objects.map(({ metadata }, index) => ({
    metadata,
    where: pointer(index, 'metadata'),
  }))
  return [...own, ...templateMetadata(objects)].flatMap(({ metadata, where }) =>
    ['ownerReferences', 'finalizers']
      .filter(name => (fields(metadata)[name] ?? null) !== null)
      .map(name => ({
        rule: 'life-of-object',
        pointer: `${where}${pointer(name)}`,
        detail: `${name} decide when an object goes, which is the platform's to say: leave this out`,
      })),
  )
}
