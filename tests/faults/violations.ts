import type { SeenDeployment, SeenEvent, SeenObject, Snapshot } from './snapshot.ts'

const ENDS: ReadonlySet<string> = new Set([
  'DeploymentCompleted',
  'DeploymentFailed',
  'OperationCancelled',
  'DeploymentDeleted',
])
/** The watchdog looks every few seconds, and needs the database for it. */
const SLACK_MS = 30_000

/**
 * What is wrong at a quiet moment, whatever happened before; empty when all is well. Each sentence names what breaks the rule.
 * A rule that cannot be judged, such as that of a destination nobody gave, is left out.
 */
export function violationsOf(snapshot: Snapshot): readonly string[] {
  return [
    ...streamsWithGaps(snapshot),
    ...endings(snapshot),
    ...lostOperations(snapshot),
    ...lateOperations(snapshot),
    ...revisionsOutOfOrder(snapshot),
    ...wrongNames(snapshot),
    ...idleTasks(snapshot),
    ...orphans(snapshot),
    ...snapshot.deployments.flatMap(one => wrongObjects(snapshot, one)),
    ...wrongDeliveries(snapshot),
  ]
}

const operationOf = ({ data }: SeenEvent) => String(data.operation)

function streamsWithGaps({ events }: Snapshot): string[] {
  return [...Map.groupBy(events, one => one.stream)].flatMap(([stream, own]) =>
    own.every((one, index) => one.position === index) ? [] : `${stream} has gaps or doubles`,
  )
}

/** Each operation that was asked for ends once, in its own stream and after it was asked for; its row says the same. */
function endings({ events, operations }: Snapshot): string[] {
  const asked = events.filter(one => one.type === 'DeploymentRequested')
  const ends = Map.groupBy(
    events.filter(one => ENDS.has(one.type)),
    operationOf,
  )
  const rows = new Map(operations.map(one => [one.id, one]))
  const known = new Set(asked.map(operationOf))
  return [
    ...asked.flatMap(request => {
      const id = operationOf(request)
      const own = ends.get(id) ?? []
      const row = rows.get(id)
      const wrong: string[] = []
      if (own.length > 1) wrong.push(`operation ${id} ended ${own.length} times`)
      if (own.some(one => one.stream !== request.stream || one.position < request.position))
        wrong.push(`operation ${id} ended in another stream, or before it was asked for`)
      if (!row) wrong.push(`operation ${id} has no row`)
      else if (row.ended !== own.length > 0)
        wrong.push(`operation ${id} is ${row.state} and has ${own.length} ends`)
      return wrong
    }),
    ...[...ends.keys(), ...rows.keys()]
      .filter(id => !known.has(id))
      .map(id => `operation ${id} was never asked for`),
  ]
}

function lostOperations({ accepted, events }: Snapshot): string[] {
  const asked = new Set(events.map(operationOf))
  return accepted.filter(id => !asked.has(id)).map(id => `operation ${id} was accepted and is lost`)
}

function lateOperations({ operations, at }: Snapshot): string[] {
  return operations
    .filter(one => !one.ended && at.getTime() > one.deadline.getTime() + SLACK_MS)
    .map(one => `operation ${one.id} is open past its deadline`)
}

function revisionsOutOfOrder({ events }: Snapshot): string[] {
  const numbers = Map.groupBy(
    events.filter(one => one.type === 'DeploymentRequested' && one.data.revision),
    one => one.stream,
  )
  return [...numbers].flatMap(([stream, own]) => {
    // The schema of the event says so; it was stored through it.
    const given = own.map(one => (one.data.revision as { number: number }).number)
    const ascends = given.every((number, index) => index === 0 || number > (given[index - 1] ?? 0))
    return ascends ? [] : `revisions of ${stream} do not ascend: ${given.join(', ')}`
  })
}

/** A name is reserved for exactly the deployment that lives under it. */
function wrongNames({ names, deployments }: Snapshot): string[] {
  const key = (one: { namespace: string; name: string }, id: string) =>
    `${one.namespace}/${one.name} (${id})`
  const reserved = new Set(names.map(one => key(one, one.deployment)))
  const living = new Set(deployments.map(one => key(one, one.id)))
  return [
    ...[...reserved]
      .filter(one => !living.has(one))
      .map(one => `${one} is reserved and does not live`),
    ...[...living].filter(one => !reserved.has(one)).map(one => `${one} lives and is not reserved`),
  ]
}

function idleTasks({ tasks, operations }: Snapshot): string[] {
  const open = new Set(operations.filter(one => !one.ended).map(one => one.id))
  return tasks
    .filter(one => one.kind === 'advance' && !open.has(one.subject))
    .map(one => `a task in ${one.cluster} is for ${one.subject}, which is not open`)
}

function orphans({ objects, deployments }: Snapshot): string[] {
  const owners = new Map(deployments.map(one => [one.id, one]))
  return objects.flatMap(one => {
    const owner = owners.get(one.deployment)
    if (!owner) return `${where(one)} is of ${one.deployment}, which does not live`
    return owner.clusters.includes(one.cluster)
      ? []
      : `${where(one)} is not in a cluster of its own`
  })
}

const where = ({ cluster, namespace, object }: SeenObject) => `${cluster}/${namespace}/${object}`

/**
 * After an operation that ended well a cluster holds what its revision was rendered to, every object with its number, and claims of
 * earlier ones. After another end it may hold more or less, and nothing that its parent does not lead to.
 */
function wrongObjects(snapshot: Snapshot, deployment: SeenDeployment): string[] {
  const { objects, operations, looked } = snapshot
  const { id, namespace, name, revision, rendered } = deployment
  const last = operations.find(one => one.id === deployment.operation)
  return deployment.clusters.flatMap(cluster => {
    const own = objects.filter(one => one.deployment === id && one.cluster === cluster)
    const parent = own.find(one => one.object === `ConfigMap/${name}-kade`)
    const title = `${cluster}/${namespace}/${name}`
    const others = own.filter(one => one !== parent)
    if (!parent) {
      if (others.length > 0) return [`${title} has objects and no parent`]
      const isLooked = looked.clusters.includes(cluster) && looked.namespaces.includes(namespace)
      return isLooked && last?.state === 'succeeded' ? [`${title} has nothing at all`] : []
    }
    const { objects: meant = [], leftover = [] } = parent.inventory ?? {}
    const led = new Set([...meant, ...leftover].map(one => `${one.kind}/${one.name}`))
    const wrong = others
      .filter(one => !led.has(one.object))
      .map(one => `${where(one)} is found from no parent`)
    const tooNew = own.filter(one => !(one.revision >= 1 && one.revision <= revision))
    wrong.push(...tooNew.map(one => `${where(one)} bears revision ${one.revision} of ${revision}`))
    if (last?.state !== 'succeeded') return wrong
    const kept = new Set(
      leftover
        .filter(one => one.kind === 'PersistentVolumeClaim')
        .map(one => `${one.kind}/${one.name}`),
    )
    const there = others.map(one => one.object).filter(one => !kept.has(one))
    if (there.toSorted().join() !== rendered.toSorted().join())
      wrong.push(`${title} holds ${there.toSorted()}, and was rendered to ${rendered.toSorted()}`)
    const stale = own.filter(one => one.revision !== revision && !kept.has(one.object))
    wrong.push(...stale.map(one => `${where(one)} is left at revision ${one.revision}`))
    return wrong
  })
}

/** A destination holds each event, and each once. */
function wrongDeliveries({ published }: Snapshot): string[] {
  if (!published) return []
  const count = new Map<string, number>()
  for (const id of published.held) count.set(id, (count.get(id) ?? 0) + 1)
  const missing = published.due.filter(one => !count.has(one.id))
  const doubled = [...count].filter(([, times]) => times > 1)
  return [
    ...missing.map(one => `event ${one.id} (${one.title}) was not published`),
    ...doubled.map(([id, times]) => `event ${id} was published ${times} times`),
  ]
}
