import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { at, numberOf } from '../reading.ts'
import { sentences } from '../sentences.ts'
import { gatewayStatus, routeStatus } from './gateway.ts'
import { claimStatus, crdStatus, ingressStatus, serviceStatus } from './others.ts'
import { podStatus } from './pods.ts'
import { condition, current, failed, inProgress, isTrue, messageOf, type Status } from './status.ts'
import { daemonSetStatus, deploymentStatus, jobStatus, statefulSetStatus } from './workloads.ts'

const rules: Readonly<Record<string, (object: LiveObject) => Status>> = {
  Deployment: deploymentStatus,
  StatefulSet: statefulSetStatus,
  DaemonSet: daemonSetStatus,
  Job: jobStatus,
  Pod: podStatus,
  PersistentVolumeClaim: claimStatus,
  Service: serviceStatus,
  Ingress: ingressStatus,
  CustomResourceDefinition: crdStatus,
  Gateway: gatewayStatus,
  HTTPRoute: routeStatus,
  GRPCRoute: routeStatus,
  ConfigMap: () => current,
  Secret: () => current,
  ServiceAccount: () => current,
  NetworkPolicy: () => current,
  Role: () => current,
  RoleBinding: () => current,
}

/** The rule of any object first (being deleted, not looked at yet, stalled), then that of its kind, then its Ready condition. */
export function statusOf(object: LiveObject | null): Status {
  if (object === null) return { state: 'NotFound', message: sentences.absent() }
  const { deletionTimestamp, generation } = object.metadata
  if (deletionTimestamp !== undefined) {
    return { state: 'Terminating', message: sentences.beingDeleted(deletionTimestamp) }
  }
  const observed = numberOf(at(object, 'status', 'observedGeneration'))
  if (observed !== undefined && generation !== undefined && observed !== generation) {
    return inProgress(sentences.notLookedAt())
  }
  if (isTrue(object, 'Stalled')) return failed(messageOf(object, 'Stalled'))
  if (isTrue(object, 'Reconciling')) return inProgress(messageOf(object, 'Reconciling'))
  const rule = rules[object.kind]
  return rule === undefined ? byReadyCondition(object) : rule(object)
}

function byReadyCondition(object: LiveObject): Status {
  const ready = condition(object, 'Ready')
  if (ready === undefined || ready.status === 'True') return current
  return inProgress(messageOf(object, 'Ready'))
}
