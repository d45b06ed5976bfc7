/** Adds what every module has and imported objects often lack, as the linter asks for it; each addition is told. */

import { check } from '../check.ts'
import { quantityValue } from '../kubernetes/quantity.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { at, fields, text } from '../lint/read.ts'
import { lint } from '../lint.ts'
import type { ModuleFinding } from '../module-error.ts'
import { type Adjustment, nameOf } from './adjustment.ts'
import { type Data, itemsAt, pathOf, setAt, valueAt } from './open-data.ts'

/** What is set where nothing was said; pointers end so. */
const demanded: readonly (readonly [string, unknown])[] = [
  ['/securityContext/runAsNonRoot', true],
  ['/securityContext/seccompProfile/type', 'RuntimeDefault'],
  ['/automountServiceAccountToken', false],
  ['/enableServiceLinks', false],
  ['/securityContext/allowPrivilegeEscalation', false],
  ['/securityContext/readOnlyRootFilesystem', true],
  ['/securityContext/capabilities/drop', ['ALL']],
]
const amounts: Readonly<Record<string, string>> = {
  '/requests/cpu': '50m',
  '/requests/memory': '64Mi',
  '/limits/cpu': '1',
  '/limits/memory': '512Mi',
}

type Addition = { readonly pointer: string; readonly value: unknown; readonly why: string }

/** A check that asks little: an answer of the app's own check, else a connection, else that a command can run. */
function probeFor(container: unknown, kind: string): unknown {
  const { readinessProbe, startupProbe, livenessProbe } = fields(container)
  const own =
    kind === 'startupProbe' ? (readinessProbe ?? livenessProbe) : (readinessProbe ?? startupProbe)
  const { httpGet, tcpSocket, exec, grpc } = fields(own)
  const [port] = itemsAt(container, 'ports')
  const connection = port && { tcpSocket: { port: port.name ?? port.containerPort } }
  const ownAction = {
    ...(httpGet !== undefined && { httpGet }),
    ...(tcpSocket !== undefined && { tcpSocket }),
    ...(exec !== undefined && { exec }),
    ...(grpc !== undefined && { grpc }),
  }
  const hasOwn = own !== undefined && Object.keys(ownAction).length > 0
  // A restart mends nobody else's outage, so `live` asks no more than a connection where there is a port.
  const action =
    kind === 'livenessProbe'
      ? (connection ?? (hasOwn ? ownAction : undefined))
      : hasOwn
        ? ownAction
        : connection
  const timing =
    kind === 'startupProbe' ? { periodSeconds: 5, failureThreshold: 60 } : { periodSeconds: 20 }
  return { ...(action ?? { exec: { command: ['true'] } }), ...timing, timeoutSeconds: 5 }
}

function portName(list: readonly Data[], port: Data): string {
  const number = Number(port.containerPort ?? port.port)
  const isTaken = (name: string) => list.some(each => each !== port && each.name === name)
  const usual = [80, 3000, 5000, 8000, 8080].includes(number) ? 'http' : `port-${number}`
  const names = [
    usual,
    `port-${number}`,
    `${String(port.protocol ?? 'tcp').toLowerCase()}-${number}`,
  ]
  return names.find(name => !isTaken(name)) ?? `port-${number}`
}

function amountFor(container: unknown, pointer: string): string {
  const [kind, resource] = pathOf(pointer).slice(-2)
  const usual = amounts[`/${kind}/${resource}`] ?? '1'
  const other = at(
    container,
    'resources',
    kind === 'limits' ? 'requests' : 'limits',
    String(resource),
  )
  if (other === undefined) return usual
  const [own, beside] = [quantityValue(usual) ?? 0, quantityValue(String(other)) ?? 0]
  const crosses = kind === 'limits' ? beside > own : beside < own
  return crosses ? String(other) : usual
}

function additionFor(
  object: KubernetesObject,
  { rule, pointer }: ModuleFinding,
): Addition | undefined {
  const container = () =>
    valueAt(
      object,
      pointer.replace(/\/(resources|startupProbe|readinessProbe|livenessProbe|ports)(\/.*)?$/, ''),
    )
  if (rule === 'restricted') {
    const known = demanded.find(([ending]) => pointer.endsWith(ending))
    const isOpen = known && (valueAt(object, pointer) === undefined || pointer.endsWith('/drop'))
    return isOpen ? { pointer, value: known[1], why: 'the restricted profile' } : undefined
  }
  if (rule === 'probe-present') {
    const kind = pathOf(pointer).at(-1) ?? ''
    return {
      pointer,
      value: probeFor(container(), kind),
      why: 'every container is checked; make this check a good one',
    }
  }
  if (rule === 'resources-present') {
    const why = 'every container has bounds; nobody said which, so measure and change them'
    return { pointer, value: amountFor(container(), pointer), why }
  }
  if (rule === 'port-name') {
    const of = pointer.replace(/\/name$/, '')
    const list = itemsAt({ ports: valueAt(object, of.replace(/\/\d+$/, '')) }, 'ports')
    const port = fields(valueAt(object, of)) as Data // a port, as the finding says
    if (port.name !== undefined) return undefined
    return { pointer: `${of}/name`, value: portName(list, port), why: 'every port has a name' }
  }
  return undefined
}

function accounts(
  objects: readonly KubernetesObject[],
  name: string,
  finding: ModuleFinding,
): { readonly adjustments: readonly Adjustment[]; readonly account: string } | undefined {
  const [index = '', ...path] = pathOf(finding.pointer)
  const object = objects[Number(index)]
  if (object === undefined) return undefined
  const pointer = `/${path.join('/')}`
  const asked = text(valueAt(object, pointer))
  if (asked !== undefined && asked !== 'default') return { adjustments: [], account: asked }
  setAt(object, pointer, name)
  const why = 'an app has an account of its own, not that of all'
  const said =
    asked === undefined ? { kind: 'added' as const } : { kind: 'refused' as const, value: asked }
  return { adjustments: [{ object: nameOf(object), pointer, why, ...said }], account: name }
}

export type Mended = {
  readonly objects: readonly KubernetesObject[]
  readonly adjustments: readonly Adjustment[]
  /** What nobody but a person can answer. */
  readonly open: readonly ModuleFinding[]
}

/** The objects with what was missing. What was said is never changed here. */
export function mend(
  input: readonly KubernetesObject[],
  name: string,
  relaxed: readonly string[],
): Mended {
  const objects = input.map(each => structuredClone(each) as KubernetesObject)
  const adjustments: Adjustment[] = []
  // Each round answers findings for good; what one answer brings up is answered in the next.
  for (let round = 0; round < 10; round++) {
    const before = adjustments.length + objects.length
    for (const finding of lint(objects, relaxed)) {
      const [index = ''] = pathOf(finding.pointer)
      const object = objects[Number(index)]
      if (object === undefined) continue
      if (finding.rule === 'own-service-account') {
        const found = accounts(objects, name, finding)
        if (found === undefined) continue
        adjustments.push(...found.adjustments)
        if (
          objects.some(
            each => each.kind === 'ServiceAccount' && each.metadata.name === found.account,
          )
        )
          continue
        const account = accountObject(found.account, object.metadata.namespace)
        objects.push(account)
        adjustments.push({
          object: nameOf(account),
          pointer: '',
          kind: 'added',
          why: 'every workload has an account of its own',
        })
        continue
      }
      const addition = additionFor(object, {
        ...finding,
        pointer: finding.pointer.slice(index.length + 1),
      })
      if (addition === undefined) continue
      setAt(object as unknown as Data, addition.pointer, structuredClone(addition.value))
      adjustments.push({
        object: nameOf(object),
        pointer: addition.pointer,
        kind: 'added',
        why: addition.why,
      })
    }
    if (adjustments.length + objects.length === before) break
  }
  return { objects, adjustments, open: check(objects, relaxed) }
}

function accountObject(name: string, namespace: string | undefined): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    automountServiceAccountToken: false,
  }
}
