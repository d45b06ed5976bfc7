import { describe, expect, it } from 'vitest'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { clusterSays } from '#platform/cluster-says.ts'
import { statusOf } from './status-of.ts'

type Case = readonly [behaviour: string, spec: object, status: object, expected: object]

function live(kind: string, spec: object, status: object, metadata: object = {}): LiveObject {
  const names = {
    name: 'x',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  }
  return {
    apiVersion: 'v1',
    kind,
    metadata: { ...names, generation: 2, ...metadata },
    spec,
    ...(Object.keys(status).length > 0 && { status }),
  }
}

const is = (type: string, status: 'True' | 'False', reason = '', message = '') => ({
  type,
  status,
  reason,
  message,
})
const available = is('Available', 'True')
const rolledOut = is('Progressing', 'True', 'NewReplicaSetAvailable')

function table(kind: string, cases: readonly Case[]) {
  describe(kind, () => {
    it.each(cases)('%s', (_behaviour, spec, status, expected) => {
      expect(statusOf(live(kind, spec, status))).toMatchObject(expected)
    })
  })
}

const full = {
  observedGeneration: 2,
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  conditions: [available, rolledOut],
}
const two = { replicas: 2, progressDeadlineSeconds: 600 }

table('Deployment', [
  ['is current when all pods are new, ready and available', two, full, { state: 'Current' }],
  [
    'waits for its controller to look',
    two,
    { ...full, observedGeneration: 1 },
    { state: 'InProgress', message: { en: expect.stringMatching(/not looked/) } },
  ],
  ['waits for a first status', two, {}, { state: 'InProgress' }],
  [
    'waits for new pods',
    two,
    { ...full, updatedReplicas: 1 },
    {
      state: 'InProgress',
      message: { en: '1 of 2 new pods made', nl: '1 van 2 nieuwe pods aangemaakt' },
    },
  ],
  [
    'waits for old pods to go',
    two,
    { ...full, replicas: 3 },
    {
      state: 'InProgress',
      message: { en: '1 old pod is still there', nl: '1 oude pod staat er nog' },
    },
  ],
  [
    'waits for availability',
    two,
    { ...full, availableReplicas: 1 },
    {
      state: 'InProgress',
      message: { en: '1 of 2 pods available', nl: '1 van 2 pods beschikbaar' },
    },
  ],
  [
    'waits for readiness',
    two,
    { ...full, readyReplicas: 1 },
    { state: 'InProgress', message: { en: '1 of 2 pods ready', nl: '1 van 2 pods gereed' } },
  ],
  [
    'waits for the rollout to be called done',
    two,
    { ...full, conditions: [available, is('Progressing', 'True', 'ReplicaSetUpdated')] },
    { state: 'InProgress' },
  ],
  [
    'asks no rollout verdict without a deadline',
    { replicas: 2 },
    { ...full, conditions: [available] },
    { state: 'Current' },
  ],
  [
    'waits for the Available condition',
    two,
    { ...full, conditions: [rolledOut, is('Available', 'False', 'Min', 'too few')] },
    { state: 'InProgress', message: clusterSays('too few') },
  ],
  [
    'has failed past its progress deadline',
    two,
    { ...full, conditions: [is('Progressing', 'False', 'ProgressDeadlineExceeded', 'too late')] },
    { state: 'Failed', code: 'not-ready-in-time', message: clusterSays('too late') },
  ],
  [
    'says that the quota is used up',
    two,
    {
      observedGeneration: 2,
      conditions: [is('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota: kade')],
    },
    { state: 'InProgress', code: 'quota-exceeded' },
  ],
  [
    'says that pods are not admitted',
    two,
    {
      observedGeneration: 2,
      conditions: [is('ReplicaFailure', 'True', 'FailedCreate', 'violates PodSecurity')],
    },
    { state: 'InProgress', code: 'admission-denied' },
  ],
  [
    'is current when scaled down',
    { replicas: 0 },
    { observedGeneration: 2, conditions: [available] },
    { state: 'Current', message: { en: expect.stringMatching(/no pods/) } },
  ],
])

const set = {
  observedGeneration: 2,
  replicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
  updatedReplicas: 3,
  currentRevision: 'b',
  updateRevision: 'b',
}
table('StatefulSet', [
  [
    'is current when every pod is of the newest revision',
    { replicas: 3 },
    set,
    { state: 'Current' },
  ],
  [
    'is current under OnDelete',
    { updateStrategy: { type: 'OnDelete' } },
    set,
    { state: 'Current' },
  ],
  [
    'waits for pods',
    { replicas: 3 },
    { ...set, replicas: 2 },
    { state: 'InProgress', message: { en: '2 of 3 pods made', nl: '2 van 3 pods aangemaakt' } },
  ],
  ['waits for readiness', { replicas: 3 }, { ...set, readyReplicas: 2 }, { state: 'InProgress' }],
  [
    'waits for surplus pods to go',
    { replicas: 2 },
    set,
    { state: 'InProgress', message: { en: '1 pod too many', nl: '1 pod te veel' } },
  ],
  [
    'waits for the newest revision',
    { replicas: 3 },
    { ...set, currentRevision: 'a' },
    { state: 'InProgress' },
  ],
  [
    'updates only beyond its partition',
    { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
    { ...set, currentRevision: 'a', updatedReplicas: 1 },
    { state: 'Current' },
  ],
  [
    'waits for those beyond its partition',
    { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
    { ...set, currentRevision: 'a', updatedReplicas: 1 },
    { state: 'InProgress', message: { en: '1 of 2 pods updated', nl: '1 van 2 pods bijgewerkt' } },
  ],
])

const everywhere = {
  observedGeneration: 2,
  desiredNumberScheduled: 3,
  currentNumberScheduled: 3,
  updatedNumberScheduled: 3,
  numberAvailable: 3,
  numberReady: 3,
}
table('DaemonSet', [
  ['is current on every node', {}, everywhere, { state: 'Current' }],
  ['waits to know its nodes', {}, { observedGeneration: 2 }, { state: 'InProgress' }],
  [
    'waits for updates',
    {},
    { ...everywhere, updatedNumberScheduled: 1 },
    { state: 'InProgress', message: { en: '1 of 3 pods updated', nl: '1 van 3 pods bijgewerkt' } },
  ],
  ['waits for readiness', {}, { ...everywhere, numberReady: 0 }, { state: 'InProgress' }],
])

table('Job', [
  [
    'is current only when complete',
    {},
    { conditions: [is('Complete', 'True')] },
    { state: 'Current' },
  ],
  [
    'has failed',
    {},
    { conditions: [is('Failed', 'True', 'BackoffLimitExceeded', 'four times')] },
    { state: 'Failed', code: 'job-failed', message: clusterSays('four times') },
  ],
  [
    'is current when suspended',
    {},
    { conditions: [is('Suspended', 'True')] },
    { state: 'Current', message: { en: 'Suspended', nl: 'Gepauzeerd' } },
  ],
  [
    'runs and is not there yet',
    {},
    { startTime: 'now', active: 1 },
    { state: 'InProgress', message: { en: expect.stringMatching(/1 active/) } },
  ],
  ['has not begun', {}, {}, { state: 'InProgress' }],
])

const waiting = (reason: string, restartCount = 0, lastState = {}) => ({
  phase: 'Pending',
  containerStatuses: [
    { name: 'app', restartCount, state: { waiting: { reason, message: 'm' } }, lastState },
  ],
})
const ended = (reason: string, exitCode: number) => ({ terminated: { reason, exitCode } })
table('Pod', [
  [
    'is current when ready',
    {},
    { phase: 'Running', conditions: [is('Ready', 'True')] },
    { state: 'Current' },
  ],
  ['is current when it has done its work', {}, { phase: 'Succeeded' }, { state: 'Current' }],
  ['runs and is not ready', {}, { phase: 'Running' }, { state: 'InProgress' }],
  [
    'has failed when it backs off from pulling',
    {},
    waiting('ImagePullBackOff'),
    {
      state: 'Failed',
      code: 'image-pull-failed',
      message: {
        en: 'Container app: ImagePullBackOff. The cluster says: “m”',
        nl: 'Container app: ImagePullBackOff. Het cluster zegt: “m”',
      },
    },
  ],
  [
    'has failed when the image name is wrong',
    {},
    waiting('InvalidImageName'),
    { state: 'Failed', code: 'image-pull-failed' },
  ],
  [
    'may get over a first failed pull',
    {},
    waiting('ErrImagePull'),
    { state: 'InProgress', code: 'image-pull-failed' },
  ],
  [
    'may get over a first crash',
    {},
    waiting('CrashLoopBackOff', 1),
    { state: 'InProgress', code: 'crash-loop' },
  ],
  [
    'has failed after many crashes',
    {},
    waiting('CrashLoopBackOff', 5, ended('Error', 3)),
    { state: 'Failed', code: 'crash-loop', message: { en: expect.stringMatching(/exit code 3/) } },
  ],
  [
    'says that memory ran out',
    {},
    waiting('CrashLoopBackOff', 5, ended('OOMKilled', 137)),
    { state: 'Failed', code: 'out-of-memory' },
  ],
  [
    'says that its configuration is missing',
    {},
    waiting('CreateContainerConfigError'),
    { state: 'InProgress', code: 'configuration-missing' },
  ],
  [
    'takes any other error for a trouble',
    {},
    waiting('SomethingError'),
    { state: 'InProgress', code: 'crash-loop' },
  ],
  [
    'takes a container being made for no trouble',
    {},
    waiting('ContainerCreating'),
    { state: 'InProgress', message: { en: expect.stringMatching(/pending/) } },
  ],
  [
    'says that no node has room',
    {},
    { phase: 'Pending', conditions: [is('PodScheduled', 'False', 'Unschedulable', '0/3 nodes')] },
    { state: 'InProgress', code: 'unschedulable', message: clusterSays('0/3 nodes') },
  ],
  [
    'has failed when evicted',
    {},
    { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    { state: 'Failed', message: clusterSays('low on memory') },
  ],
])

table('PersistentVolumeClaim', [
  ['is current when bound', {}, { phase: 'Bound' }, { state: 'Current' }],
  ['waits for its first pod', {}, { phase: 'Pending' }, { state: 'InProgress' }],
  ['has failed when lost', {}, { phase: 'Lost' }, { state: 'Failed' }],
])
table('Service', [
  ['is current at once', { type: 'ClusterIP' }, {}, { state: 'Current' }],
  ['waits for an address', { type: 'LoadBalancer' }, {}, { state: 'InProgress' }],
  [
    'is current with an address',
    { type: 'LoadBalancer' },
    { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    { state: 'Current' },
  ],
])
table('Ingress', [
  [
    'is current without an address',
    {},
    {},
    { state: 'Current', message: { en: expect.stringMatching(/No address/) } },
  ],
])
table('Secret', [['is current at once', {}, {}, { state: 'Current' }]])
table('CustomResourceDefinition', [
  ['waits', {}, {}, { state: 'InProgress' }],
  [
    'is current when established',
    {},
    { conditions: [is('NamesAccepted', 'True'), is('Established', 'True')] },
    { state: 'Current' },
  ],
  [
    'has failed when its names are taken',
    {},
    { conditions: [is('NamesAccepted', 'False', 'Conflict')] },
    { state: 'Failed' },
  ],
])

const accepted = { ...is('Accepted', 'True'), observedGeneration: 2 }
table('Gateway', [
  [
    'is current when programmed',
    {},
    { conditions: [{ ...is('Programmed', 'True'), observedGeneration: 2 }] },
    { state: 'Current' },
  ],
  [
    'does not trust an older answer',
    {},
    { conditions: [{ ...is('Programmed', 'True'), observedGeneration: 1 }] },
    { state: 'InProgress' },
  ],
])
table('HTTPRoute', [
  [
    'is current when every gateway took it',
    { parentRefs: [{}] },
    { parents: [{ conditions: [accepted] }] },
    { state: 'Current' },
  ],
  [
    'waits for each gateway',
    { parentRefs: [{}, {}] },
    { parents: [{ conditions: [accepted] }] },
    { state: 'InProgress' },
  ],
  [
    'waits for what it points to',
    { parentRefs: [{}] },
    {
      parents: [
        {
          conditions: [
            accepted,
            { ...is('ResolvedRefs', 'False', 'BackendNotFound'), observedGeneration: 2 },
          ],
        },
      ],
    },
    { state: 'InProgress' },
  ],
])
table('Widget', [
  ['is current without conditions', {}, {}, { state: 'Current' }],
  [
    'follows its Ready condition',
    {},
    { conditions: [is('Ready', 'False', 'Wait', 'soon')] },
    { state: 'InProgress', message: clusterSays('soon') },
  ],
  [
    'has failed when stalled',
    {},
    { conditions: [is('Stalled', 'True', '', 'stuck')] },
    { state: 'Failed', message: clusterSays('stuck') },
  ],
  [
    'works on it when reconciling',
    {},
    { conditions: [is('Reconciling', 'True', '', 'busy')] },
    { state: 'InProgress', message: clusterSays('busy') },
  ],
])

describe('any object', () => {
  it('is not found when it is not there', () => {
    expect(statusOf(null).state).toBe('NotFound')
  })

  it('is terminating, whatever else it says', () => {
    const dying = live('Deployment', two, full, { deletionTimestamp: '2026-11-21T10:00:00Z' })
    expect(statusOf(dying).state).toBe('Terminating')
  })
})
