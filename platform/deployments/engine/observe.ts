import pLimit from 'p-limit'
import type { KubeApi, LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import type { Observation } from '#platform/federation/observation.ts'
import { label } from '#platform/labels.ts'
import type { ClusterAccess, CopyEvent } from './access.ts'
import { changedFields } from './fields.ts'
import { parentName, setLabel, storedObjects } from './parent.ts'
import { openScenes, type Scenes } from './scenes.ts'
import {
  type MemberSeen,
  type Sighting,
  seeMember,
  seeParent,
  seePod,
  seeReplicaSet,
} from './sightings.ts'
import { titleOf } from './stages.ts'

type Watched = {
  readonly apiVersion: string
  readonly kind: string
  readonly project: (object: LiveObject) => Sighting | null
  /** Metadata tells enough: revision, digest, and who holds the fields. */
  readonly metadataOnly?: true
  readonly selector?: string
}

/**
 * The kinds that decide over health, and those whose drift is seen as it happens. Two are looked at only when somebody
 * inspects a deployment: Secrets, which an observer may not read, and routes, which not every cluster has.
 */
const watched: readonly Watched[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    project: seeParent,
    selector: `${label.deployment},${setLabel}`,
  },
  { apiVersion: 'apps/v1', kind: 'Deployment', project: seeMember },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', project: seeMember },
  { apiVersion: 'batch/v1', kind: 'Job', project: seeMember },
  { apiVersion: 'v1', kind: 'Pod', project: seePod },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', project: seeReplicaSet, metadataOnly: true },
  { apiVersion: 'v1', kind: 'Service', project: seeMember, metadataOnly: true },
  { apiVersion: 'v1', kind: 'ServiceAccount', project: seeMember, metadataOnly: true },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    project: seeMember,
    metadataOnly: true,
    selector: `${label.deployment},!${setLabel}`,
  },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', project: seeMember, metadataOnly: true },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', project: seeMember, metadataOnly: true },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    project: seeMember,
    metadataOnly: true,
  },
  { apiVersion: 'batch/v1', kind: 'CronJob', project: seeMember, metadataOnly: true },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    project: seeMember,
    metadataOnly: true,
  },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', project: seeMember, metadataOnly: true },
]
const watchedKinds: ReadonlySet<string> = new Set(
  watched.filter(one => one.project === seeMember).map(one => one.kind),
)

/** A watch that breaks off comes back within moments; only then is nothing known any more. Milliseconds. */
const offlineAfter = 10_000

/**
 * Follows all deployments of a cluster. Nothing is told before every kind has been listed once, since half a picture shows
 * objects as missing. When the cluster is out of reach for ten seconds, all are told as `unknown`.
 */
export async function observeCluster(
  access: ClusterAccess,
  onChange: (seen: Observation) => void,
): Promise<() => Promise<void>> {
  const drift = driftCheck(access.observer)
  const scenes = openScenes({
    cluster: access.cluster,
    simulated: access.simulated,
    kinds: watchedKinds,
    checkDrift: drift,
    onChange,
  })
  const connection = watchConnection(scenes)
  const copies = watched.map((one, index) =>
    access.follow<Sighting>({
      api: access.observer,
      apiVersion: one.apiVersion,
      kind: one.kind,
      select: {
        labelSelector: one.selector ?? label.deployment,
        ...(one.metadataOnly && { metadataOnly: true }),
      },
      project: one.project,
      onEvent: event => {
        connection(index, event)
        if (event.type === 'upsert') scenes.seen(event.value)
        else if (event.type === 'delete') scenes.gone(event.value)
      },
    }),
  )
  return async () => {
    scenes.close()
    await Promise.all(copies.map(copy => copy.stop()))
  }
}

function watchConnection(scenes: Scenes): (index: number, event: CopyEvent<Sighting>) => void {
  const listed = new Set<number>()
  const broken = new Map<number, NodeJS.Timeout>()
  return (index, event) => {
    if (event.type === 'synced') {
      listed.add(index)
      // The parents' list is the list of deployments: after it everything is told again.
      if (listed.size === watched.length) scenes.tellAll(index === 0)
    } else if (event.type === 'disconnected' && !broken.has(index)) {
      const timer = setTimeout(() => scenes.setOnline(false), offlineAfter)
      timer.unref()
      broken.set(index, timer)
    } else if (event.type === 'connected') {
      clearTimeout(broken.get(index))
      if (broken.delete(index) && broken.size === 0) scenes.setOnline(true)
    }
  }
}

/** Compares an object that somebody touched with what its parent says was meant. Null when the two are of different revisions. */
function driftCheck(observer: KubeApi): (member: MemberSeen) => Promise<boolean | null> {
  const limit = pLimit(2)
  return member =>
    limit(async () => {
      const { apiVersion, kind, namespace, title } = member
      const [parent, live] = await Promise.all([
        observer.get({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace,
          name: parentName(member.name),
        }),
        observer.get({ apiVersion, kind, namespace, name: title.slice(kind.length + 1) }),
      ])
      if (parent === null || live === null) return null
      const now = seeMember({ ...live, apiVersion, kind })
      if (seeParent(parent)?.revision !== now?.revision) return null
      const intent = storedObjects(parent).find(object => titleOf(object) === title)
      return intent === undefined ? null : changedFields(intent, live).length > 0
    })
}
