/**
 * How far the objects of a stranger's module may reach. A module of the catalogue was read by people and may do what the kit and the
 * cluster allow; a stranger's stays with its own: its own names, pods, secrets, volumes and address, and nothing that steers a
 * controller of the cluster.
 */
import type { Violation } from '#api/problem.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { templateMetadata } from '#kit/lint/metadata.ts'
import { at, fields, list, pointer } from '#kit/lint/read.ts'
import { workloads } from '#kit/lint/workloads.ts'
import { label } from '#platform/labels.ts'
import { podViolations } from './reach-of-pods.ts'
import {
  absent,
  elsewhere,
  markViolations,
  type Own,
  refuse,
  selectorViolations,
} from './reach-rules.ts'

type Where = {
  readonly object: KubernetesObject
  readonly place: string
  readonly own: Own
  readonly objects: readonly KubernetesObject[]
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

/** A StatefulSet names a claim `<template>-<set>-<number>`, and takes one that is there already. */
function claimNameViolations(claim: unknown, place: string, own: Own): Violation[] {
  const name = at(claim, 'metadata', 'name')
  if (typeof name !== 'string' || isNamedBy(own, name)) return []
  const wanted = own.input.name
  return refuse(
    `${place}/metadata/name`,
    `must be "${wanted}" or begin with "${wanted}-", so that its claims are nobody else's`,
    `moet "${wanted}" zijn of met "${wanted}-" beginnen, zodat zijn claims van niemand anders zijn`,
  )
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

function kindViolations({ object, place, own, objects }: Where): Violation[] {
  const { spec } = object
  const inside = `${place}/spec`
  const matchLabels = at(spec, 'selector', 'matchLabels')
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'PodDisruptionBudget':
      return [
        ...selectorViolations(matchLabels, `${inside}/selector/matchLabels`, own),
        ...list(fields(spec).volumeClaimTemplates).flatMap((claim, index) => {
          const where = `${inside}${pointer('volumeClaimTemplates', index)}`
          return [
            ...claimNameViolations(claim, where, own),
            ...claimViolations(fields(claim).spec, `${where}/spec`),
          ]
        }),
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
      return refuse(
        `${place}/kind`,
        'a module from outside shows itself by an Ingress: a route may lead to the Service of another',
        'een module van buiten toont zich met een Ingress: een route kan naar de Service van een ander leiden',
      )
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
      const { kind, name } = fields(at(spec, 'scaleTargetRef'))
      const isOwn = objects.some(each => each.kind === kind && each.metadata.name === name)
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

/** Everything in which objects reach beyond their deployment. Pointers begin with the index of the object. */
export function reachViolations(objects: readonly KubernetesObject[], own: Own): Violation[] {
  return [
    ...objects.flatMap((object, index) => {
      const where = { object, place: pointer(index), own, objects }
      return [
        ...nameViolations(where),
        // On an object itself, but not in a template, the platform takes this label off.
        ...markViolations(object.metadata, `${where.place}/metadata`, [label.data]),
        ...kindViolations(where),
      ]
    }),
    ...templateMetadata(objects).flatMap(each => markViolations(each.metadata, each.where)),
    ...workloads(objects).flatMap(workload => podViolations(workload, objects, own)),
  ]
}
