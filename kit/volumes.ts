import type {
  ConfigMap,
  PersistentVolumeClaim,
  Volume,
  VolumeMount,
} from './kubernetes/generated/core-v1.ts'
import type { Quantity } from './kubernetes/quantity.ts'

type AbsolutePath = `/${string}`

/** A directory that outlives the pods. Its size may be a setting. */
export type VolumeDefinition<Settings> = {
  readonly mount: AbsolutePath
  readonly size: Quantity | ((settings: Settings) => Quantity)
}

/** A directory that is empty at every start: what a read-only root file system leaves to be written. */
export type ScratchDefinition = {
  readonly mount: AbsolutePath
  readonly size: Quantity
  /** Kept in memory, and counted as the container's own: for `/dev/shm`, whose usual 64 MiB are too few for some apps. */
  readonly inMemory?: true
}

/** Configuration files in a directory; a changed file rolls the pods, for the ConfigMap's name ends in its content's hash. */
export type FilesDefinition<Context> = {
  readonly mount: AbsolutePath
  readonly content: (context: Context) => Readonly<Record<string, string>>
}

/** Everything a pod mounts, and the objects behind it. */
export type Storage = {
  readonly volumes: readonly Volume[]
  readonly mounts: readonly VolumeMount[]
  readonly objects: readonly (PersistentVolumeClaim | ConfigMap)[]
}

type Place = {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

/** FNV-1a, 64 bits, in hexadecimal: names content, protects nothing. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function contentHash(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0').slice(0, 10)
}

export function sizeOf<Settings>(volume: VolumeDefinition<Settings>, settings: Settings): Quantity {
  return typeof volume.size === 'function' ? volume.size(settings) : volume.size
}

function claim(place: Place, volumeName: string, size: Quantity): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${place.name}-${volumeName}`,
      namespace: place.namespace,
      labels: place.labels,
    },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
  }
}

function configMap(
  place: Place,
  filesName: string,
  data: Readonly<Record<string, string>>,
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `${place.name}-${filesName}-${contentHash(JSON.stringify(data))}`,
      namespace: place.namespace,
      labels: place.labels,
    },
    immutable: true,
    data,
  }
}

export function persistent<Settings>(
  place: Place,
  volumes: Readonly<Record<string, VolumeDefinition<Settings>>>,
  settings: Settings,
): Storage {
  const entries = Object.entries(volumes)
  const claims = entries.map(([name, each]) => claim(place, name, sizeOf(each, settings)))
  return {
    volumes: entries.map(([name]) => ({
      name,
      persistentVolumeClaim: { claimName: `${place.name}-${name}` },
    })),
    mounts: entries.map(([name, each]) => ({ name, mountPath: each.mount })),
    objects: claims,
  }
}

export function scratch(dirs: Readonly<Record<string, ScratchDefinition>>): Storage {
  const entries = Object.entries(dirs)
  return {
    volumes: entries.map(([name, { size, inMemory }]) => ({
      name,
      emptyDir: { ...(inMemory && { medium: 'Memory' }), sizeLimit: size },
    })),
    mounts: entries.map(([name, each]) => ({ name, mountPath: each.mount })),
    objects: [],
  }
}

export function files<Context>(
  place: Place,
  definitions: Readonly<Record<string, FilesDefinition<Context>>>,
  context: Context,
): Storage {
  const entries = Object.entries(definitions).map(([name, each]) => ({
    name,
    mount: each.mount,
    map: configMap(place, name, each.content(context)),
  }))
  return {
    volumes: entries.map(({ name, map }) => ({ name, configMap: { name: map.metadata.name } })),
    mounts: entries.map(({ name, mount }) => ({ name, mountPath: mount, readOnly: true })),
    objects: entries.map(({ map }) => map),
  }
}

export function together(...parts: readonly Storage[]): Storage {
  return {
    volumes: parts.flatMap(each => each.volumes),
    mounts: parts.flatMap(each => each.mounts),
    objects: parts.flatMap(each => each.objects),
  }
}
