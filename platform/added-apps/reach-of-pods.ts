import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, type Fields, fields, list, pointer } from '#kit/lint/read.ts'
import type { Workload } from '#kit/lint/workloads.ts'
import { hostsAsked } from '#kit/pod-security.ts'
import { absent, elsewhere, type Own, present, refuse, selectorViolations } from './reach-rules.ts'

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

/** Fields that choose where a pod runs and what goes before it. */
const steering = [
  'nodeName',
  'priorityClassName',
  'runtimeClassName',
  'schedulerName',
  'tolerations',
]

/** In what the pods of a workload reach beyond their deployment. */
export function podViolations(
  { object, template, where }: Workload,
  objects: readonly KubernetesObject[],
  own: Own,
): Violation[] {
  const spec = fields(template.spec)
  const isJob = object.kind === 'Job' || object.kind === 'CronJob'
  const inside = `${where}/spec`
  const isOwnSecret = (name: unknown) => name === own.input.secretName
  const isOwnMap = (name: unknown) =>
    objects.some(each => each.kind === 'ConfigMap' && each.metadata.name === name)
  return [
    ...selectorViolations(
      at(template, 'metadata', 'labels'),
      `${where}/metadata/labels`,
      own,
      isJob,
    ),
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
        ...askingViolations(container, place),
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

function askingViolations(container: Fields, place: string): Violation[] {
  return hostsAsked(container).flatMap(asked =>
    refuse(
      `${place}${pointer(...asked)}`,
      'must be absent: the node would ask there, beside every network rule; a probe asks its own pod',
      'moet ontbreken: de node zou daar vragen, buiten elke netwerkregel om; een probe vraagt zijn eigen pod',
    ),
  )
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
