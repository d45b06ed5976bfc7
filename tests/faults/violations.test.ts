import { describe, expect, it } from 'vitest'
import type { SeenEvent, SeenObject, Snapshot } from './snapshot.ts'
import { violationsOf } from './violations.ts'

const at = new Date('2026-11-28T12:00:00Z')
const later = new Date('2026-11-28T12:10:00Z')

function event(
  position: number,
  type: string,
  operation: string,
  revision?: number,
  stream = 'deployment-d',
): SeenEvent {
  const data = { operation, ...(revision && { revision: { number: revision } }) }
  return { id: `${stream}-${position}`, stream, position, type, data }
}

function object(name: string, more: Partial<SeenObject> = {}): SeenObject {
  const place = { cluster: 'amsterdam', namespace: 'team-a', deployment: 'd' }
  return { ...place, object: name, revision: 2, inventory: null, ...more }
}

const entry = (kind: string, name: string) => ({ apiVersion: 'v1', kind, name, digest: 'x' })
const inventory = {
  objects: [entry('Service', 'chat'), entry('Deployment', 'chat')],
  leftover: [entry('PersistentVolumeClaim', 'chat-old')],
}

const due = [
  { id: 'a', title: 'First' },
  { id: 'b', title: 'Second' },
]

/** One deployment that was made and updated, and one that is gone. */
const sound: Snapshot = {
  at,
  events: [
    event(0, 'DeploymentRequested', 'create', 1),
    event(1, 'DeploymentCompleted', 'create'),
    event(0, 'DeploymentRequested', 'first', 1, 'deployment-gone'),
    event(2, 'DeploymentRequested', 'update', 2),
    event(3, 'DeploymentCompleted', 'update'),
    event(1, 'OperationCancelled', 'first', undefined, 'deployment-gone'),
    event(2, 'DeploymentRequested', 'delete', undefined, 'deployment-gone'),
    event(3, 'DeploymentDeleted', 'delete', undefined, 'deployment-gone'),
  ],
  operations: [
    { id: 'create', deployment: 'd', state: 'succeeded', deadline: at, ended: true },
    { id: 'update', deployment: 'd', state: 'succeeded', deadline: at, ended: true },
    { id: 'first', deployment: 'gone', state: 'cancelled', deadline: at, ended: true },
    { id: 'delete', deployment: 'gone', state: 'succeeded', deadline: at, ended: true },
  ],
  deployments: [
    {
      id: 'd',
      namespace: 'team-a',
      name: 'chat',
      revision: 2,
      clusters: ['amsterdam'],
      operation: 'update',
      rendered: ['Service/chat', 'Deployment/chat'],
    },
  ],
  names: [{ namespace: 'team-a', name: 'chat', deployment: 'd' }],
  tasks: [],
  objects: [
    object('ConfigMap/chat-kade', { inventory }),
    object('Service/chat'),
    object('Deployment/chat'),
    object('PersistentVolumeClaim/chat-old', { revision: 1 }),
  ],
  looked: { clusters: ['amsterdam'], namespaces: ['team-a'] },
  accepted: ['create', 'delete'],
  published: { held: ['a', 'b'], due },
}

const [deployment] = sound.deployments
if (!deployment) throw new Error('There is one above.')

/** The sound one with something else in place of what stands there. */
const broken = (change: Partial<Snapshot>) => violationsOf({ ...sound, ...change })
const without = (index: number) => sound.events.filter((_, n) => n !== index)
const failed = sound.operations.map(one =>
  one.id === 'update' ? { ...one, state: 'failed' } : one,
)

describe('of a snapshot', () => {
  it('in which all is well, nothing is said', () => {
    expect(violationsOf(sound)).toEqual([])
  })

  it.each<[string, Partial<Snapshot>, RegExp]>([
    [
      'a stream lacks an event',
      { events: [...without(0)], accepted: [] },
      /deployment-d has gaps or doubles/,
    ],
    [
      'an operation ended twice',
      { events: [...sound.events, event(4, 'DeploymentFailed', 'update')] },
      /operation update ended 2 times/,
    ],
    [
      'an operation ended in another stream',
      {
        events: [
          ...without(4),
          event(4, 'DeploymentCompleted', 'update', undefined, 'deployment-gone'),
        ],
      },
      /operation update ended in another stream/,
    ],
    ['an operation has no end', { events: without(4) }, /operation update is succeeded and has 0/],
    ['an operation has no row', { operations: sound.operations.slice(1) }, /create has no row/],
    [
      'an operation was never asked for',
      {
        operations: [
          ...sound.operations,
          { id: 'x', deployment: 'd', state: 'failed', deadline: at, ended: true },
        ],
      },
      /operation x was never asked for/,
    ],
    ['what was accepted is lost', { accepted: ['lost'] }, /lost was accepted and is lost/],
    [
      'revisions do not ascend',
      {
        events: sound.events.map(one =>
          one.data.operation === 'update' && one.type === 'DeploymentRequested'
            ? event(2, 'DeploymentRequested', 'update', 1)
            : one,
        ),
      },
      /revisions of deployment-d do not ascend: 1, 1/,
    ],
    [
      'a name is reserved for nobody',
      { names: [...sound.names, { namespace: 'team-a', name: 'x', deployment: 'gone' }] },
      /team-a\/x \(gone\) is reserved and does not live/,
    ],
    ['a name is not reserved', { names: [] }, /team-a\/chat \(d\) lives and is not reserved/],
    [
      'a task is for an operation that ended',
      { tasks: [{ cluster: 'amsterdam', kind: 'advance', subject: 'update' }] },
      /a task in amsterdam is for update/,
    ],
    [
      'an object is of what does not live',
      { objects: [...sound.objects, object('Secret/x', { deployment: 'gone' })] },
      /Secret\/x is of gone, which does not live/,
    ],
    [
      'an object is in a cluster that its deployment has left',
      { objects: [...sound.objects, object('Service/chat', { cluster: 'paris' })] },
      /paris\/team-a\/Service\/chat is not in a cluster of its own/,
    ],
    [
      'objects have no parent',
      { objects: sound.objects.slice(1) },
      /amsterdam\/team-a\/chat has objects and no parent/,
    ],
    [
      'an object is found from no parent',
      { objects: [...sound.objects, object('Secret/x')] },
      /Secret\/x is found from no parent/,
    ],
    [
      'an object is missing',
      { objects: sound.objects.filter(one => one.object !== 'Service/chat') },
      /holds Deployment\/chat, and was rendered to Deployment\/chat,Service\/chat/,
    ],
    [
      'an object is left at an earlier revision',
      {
        objects: sound.objects.map(one =>
          one.object === 'Service/chat' ? { ...one, revision: 1 } : one,
        ),
      },
      /Service\/chat is left at revision 1/,
    ],
    ['nothing stands of what ended well', { objects: [] }, /team-a\/chat has nothing at all/],
    [
      'an object is ahead of every revision',
      {
        operations: failed,
        objects: sound.objects.map(one =>
          one.object === 'Service/chat' ? { ...one, revision: 3 } : one,
        ),
      },
      /Service\/chat bears revision 3 of 2/,
    ],
    [
      'an event was published twice',
      { published: { held: ['a', 'b', 'a'], due } },
      /event a was published 2 times/,
    ],
    [
      'an event was not published',
      { published: { held: ['a'], due } },
      /event b \(Second\) was not published/,
    ],
  ])('in which %s, that is said', (_, change, sentence) => {
    expect(broken(change).join('\n')).toMatch(sentence)
  })

  it('in which an operation is open, that is said once its deadline is over', () => {
    const open = {
      events: without(4),
      operations: sound.operations.map(one =>
        one.id === 'update' ? { ...one, state: 'running', ended: false } : one,
      ),
    }
    expect(broken(open)).toEqual([])
    expect(broken({ ...open, at: later })).toEqual(['operation update is open past its deadline'])
    const tasks = [{ cluster: 'amsterdam', kind: 'advance', subject: 'update' }]
    expect(broken({ ...open, tasks })).toEqual([])
  })

  it('in which the last operation failed, an object may be missing or older', () => {
    const objects = [
      object('ConfigMap/chat-kade', { inventory }),
      object('Service/chat', { revision: 1 }),
    ]
    expect(broken({ operations: failed, objects })).toEqual([])
    expect(broken({ operations: failed, objects: [] })).toEqual([])
  })
})
