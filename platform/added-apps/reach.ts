/**
 * How far the objects of a stranger's module may reach. A module of the catalogue was read by people and may do what the kit and the
 * cluster allow; a stranger's stays with its own: its own names, pods, secrets, volumes and address, and nothing that steers a
 * controller of the cluster.
 */
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { RenderInput } from '#kit/app.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, fields, list, pointer } from '#kit/lint/read.ts'
import { type Workload, workloads } from '#kit/lint/workloads.ts'
import { unboundAnnotation } from '#kit/marks.ts'
import { annotation, label } from '#platform/labels.ts'

export type Own = { readonly app: string; readonly input: RenderInput }
type Where = { readonly object: KubernetesObject; readonly place: string; readonly own: Own }

function refuse(place: string, en: string, nl: string): Violation[] {
  return [{ pointer: place, detail: { en, nl } }]
}

const present = (value: unknown) => value !== undefined && value !== null

/** Fields that must be absent, each for one reason. */
function absent(value: unknown, place: string, names: readonly string[], why: Text): Violation[] {
  return names
    .filter(name => present(fields(value)[name]))
    .map(name => ({
      pointer: `${place}${pointer(name)}`,
      detail: {
        en: `a module from outside may not write "${name}": ${why.en}`,
        nl: `een module van buiten mag "${name}" niet schrijven: ${why.nl}`,
      },
    }))
}

function isNamedBy({ input }: Own, name: string): boolean {
  return name === input.name || name.startsWith(`${input.name}-`)
}

function nameViolations({ object, place, own }: Where): Violation[] {
  const { name } = own.input
  if (isNamedBy(own, object.metadata.name)) return []
  return refuse(
    `${place}/metadata/name`,
    `must be "${name}" or begin with "${name}-", so that it takes nobody else's place`,
    `moet "${name}" zijn of met "${name}-" beginnen, zodat het niemands plaats inneemt`,
  )
}

const platformLabel = /(^|\.)kade\.dev\//
const mayAnnotate = new Set<string>([annotation.action, unboundAnnotation])

/** Annotations with a domain are instructions to whatever runs in the cluster; labels with Kade's are the platform's word. */
function markViolations(metadata: unknown, place: string): Violation[] {
  const labels = Object.keys(fields(fields(metadata).labels))
    .filter(key => platformLabel.test(key) && key !== label.data)
    .flatMap(key =>
      refuse(
        `${place}/labels${pointer(key)}`,
        'is a label that only the platform writes; leave it out',
        'is een label dat alleen het platform schrijft; laat het weg',
      ),
    )
  const annotations = Object.keys(fields(fields(metadata).annotations))
    .filter(key => key.includes('/') && !mayAnnotate.has(key))
    .flatMap(key =>
      refuse(
        `${place}/annotations${pointer(key)}`,
        'steers something else in the cluster; a module from outside may write only annotations without a domain',
        'stuurt iets anders in het cluster aan; een module van buiten mag alleen annotaties zonder domein schrijven',
      ),
    )
  return [...labels, ...annotations]
}

/** Pods and what selects them carry the names of app and deployment, so that nobody else's are meant. */
function selectorViolations(labels: unknown, place: string, { app, input }: Own): Violation[] {
  const wanted = { [label.name]: app, [label.instance]: input.name }
  return Object.entries(wanted)
    .filter(([key, value]) => fields(labels)[key] !== value)
    .flatMap(([key, value]) =>
      refuse(
        `${place}${pointer(key)}`,
        `must be "${value}", so that only pods of this deployment are meant`,
        `moet "${value}" zijn, zodat alleen pods van deze uitrol worden bedoeld`,
      ),
    )
}

const elsewhere: Text = {
  en: 'it reaches beyond the deployment',
  nl: 'het reikt verder dan de uitrol',
}

function claimViolations(spec: unknown, place: string): Violation[] {
  return absent(spec, place, ['volumeName', 'selector', 'dataSource', 'dataSourceRef'], elsewhere)
}

function hostViolations(hosts: readonly unknown[], place: string, { input }: Own): Violation[] {
  const host = input.ingress?.host
  if (host !== undefined && hosts.length > 0 && hosts.every(one => one === host)) return []
  return refuse(
    place,
    host === undefined
      ? 'no address was asked for, so nothing may answer to one'
      : `may answer to ${host} only, the address that was asked for`,
    host === undefined
      ? 'er is geen adres gevraagd, dus mag niets op een adres antwoorden'
      : `mag alleen antwoorden op ${host}, het adres dat is gevraagd`,
  )
}

function kindViolations({ object, place, own }: Where): Violation[] {
  const { spec } = object
  const inside = `${place}/spec`
  const matchLabels = at(spec, 'selector', 'matchLabels')
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'PodDisruptionBudget':
      return [
        ...selectorViolations(matchLabels, `${inside}/selector/matchLabels`, own),
        ...list(fields(spec).volumeClaimTemplates).flatMap((claim, index) =>
          claimViolations(
            fields(claim).spec,
            `${inside}${pointer('volumeClaimTemplates', index, 'spec')}`,
          ),
        ),
      ]
    case 'Service': {
      const { type = 'ClusterIP' } = fields(spec)
      const outward = ['externalIPs', 'externalName', 'loadBalancerIP', 'loadBalancerClass']
      return [
        ...selectorViolations(at(spec, 'selector'), `${inside}/selector`, own),
        ...absent(spec, inside, outward, elsewhere),
        ...(type === 'ClusterIP'
          ? []
          : refuse(
              `${inside}/type`,
              'must be ClusterIP; an app is reached through its address',
              'moet ClusterIP zijn; een app is bereikbaar via zijn adres',
            )),
      ]
    }
    case 'Ingress': {
      const hosts = list(fields(spec).rules).map(rule => fields(rule).host)
      return [
        ...hostViolations(hosts, `${inside}/rules`, own),
        ...absent(spec, inside, ['defaultBackend', 'tls', 'ingressClassName'], elsewhere),
      ]
    }
    case 'HTTPRoute':
      return hostViolations(list(fields(spec).hostnames), `${inside}/hostnames`, own)
    case 'Job':
      return absent(spec, inside, ['selector', 'manualSelector'], elsewhere)
    case 'CronJob':
      return absent(
        at(spec, 'jobTemplate', 'spec'),
        `${inside}/jobTemplate/spec`,
        ['selector', 'manualSelector'],
        elsewhere,
      )
    case 'HorizontalPodAutoscaler': {
      const target = at(spec, 'scaleTargetRef', 'name')
      const isOwn = typeof target === 'string' && isNamedBy(own, target)
      return isOwn ? [] : refuse(`${inside}/scaleTargetRef/name`, elsewhere.en, elsewhere.nl)
    }
    case 'PersistentVolumeClaim':
      return claimViolations(spec, inside)
    case 'ServiceAccount':
      return absent(object, place, ['secrets', 'imagePullSecrets'], elsewhere)
    default:
      return []
  }
}

/** Kinds of volumes that hold nothing of anybody else. */
const volumes = new Set(['name', 'emptyDir', 'configMap', 'secret', 'persistentVolumeClaim'])

function namedViolations(
  value: unknown,
  place: string,
  mine: (name: unknown) => boolean,
  what: Text,
): Violation[] {
  if (!present(value) || mine(value)) return []
  return refuse(
    place,
    `is not the deployment's own ${what.en}; use what the kit gives`,
    `is geen ${what.nl} van de uitrol zelf; gebruik wat de kit geeft`,
  )
}

const aSecret: Text = { en: 'Secret', nl: 'Secret' }
const aConfigMap: Text = { en: 'ConfigMap', nl: 'ConfigMap' }

function podViolations(
  { template, where }: Workload,
  objects: readonly KubernetesObject[],
  own: Own,
): Violation[] {
  const spec = fields(template.spec)
  const inside = `${where}/spec`
  const isOwnSecret = (name: unknown) => name === own.input.secretName
  const isOwnMap = (name: unknown) =>
    objects.some(each => each.kind === 'ConfigMap' && each.metadata.name === name)
  const steering = ['nodeName', 'priorityClassName', 'runtimeClassName', 'schedulerName']
  return [
    ...markViolations(template.metadata, `${where}/metadata`),
    ...selectorViolations(at(template, 'metadata', 'labels'), `${where}/metadata/labels`, own),
    ...absent(spec, inside, [...steering, 'imagePullSecrets', 'hostAliases'], elsewhere),
    ...list(spec.volumes).flatMap((volume, index) => {
      const place = `${inside}${pointer('volumes', index)}`
      const strange = Object.keys(fields(volume)).filter(key => !volumes.has(key))
      return [
        ...absent(volume, place, strange, elsewhere),
        ...namedViolations(
          at(volume, 'secret', 'secretName'),
          `${place}/secret/secretName`,
          isOwnSecret,
          aSecret,
        ),
      ]
    }),
    ...containersOf(template).flatMap(({ container, where: path }) => {
      const place = `${where}${path}`
      return [
        ...list(container.ports).flatMap((port, index) =>
          absent(port, `${place}${pointer('ports', index)}`, ['hostPort', 'hostIP'], elsewhere),
        ),
        ...list(container.env).flatMap((one, index) => {
          const from = `${place}${pointer('env', index, 'valueFrom')}`
          const { secretKeyRef, configMapKeyRef } = fields(fields(one).valueFrom)
          return [
            ...namedViolations(
              at(secretKeyRef, 'name'),
              `${from}/secretKeyRef/name`,
              isOwnSecret,
              aSecret,
            ),
            ...namedViolations(
              at(configMapKeyRef, 'name'),
              `${from}/configMapKeyRef/name`,
              isOwnMap,
              aConfigMap,
            ),
          ]
        }),
        ...list(container.envFrom).flatMap((one, index) => {
          const from = `${place}${pointer('envFrom', index)}`
          return [
            ...namedViolations(
              at(one, 'secretRef', 'name'),
              `${from}/secretRef/name`,
              isOwnSecret,
              aSecret,
            ),
            ...namedViolations(
              at(one, 'configMapRef', 'name'),
              `${from}/configMapRef/name`,
              isOwnMap,
              aConfigMap,
            ),
          ]
        }),
      ]
    }),
  ]
}

/** Containers of every sort, ephemeral ones too. */
function containersOf(template: Workload['template']) {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap(key =>
    list(at(template, 'spec', key)).map((container, index) => ({
      container: fields(container),
      where: pointer('spec', key, index),
    })),
  )
}

/** Everything in which objects reach beyond their deployment. Pointers begin with the index of the object. */
export function reachViolations(objects: readonly KubernetesObject[], own: Own): Violation[] {
  return [
    ...objects.flatMap((object, index) => {
      const where = { object, place: pointer(index), own }
      return [
        ...nameViolations(where),
        ...markViolations(object.metadata, `${where.place}/metadata`),
        ...kindViolations(where),
      ]
    }),
    ...workloads(objects).flatMap(workload => podViolations(workload, objects, own)),
  ]
}
