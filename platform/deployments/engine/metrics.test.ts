import { expect, it } from 'vitest'
import { figuresOf } from './metrics.ts'

const pods = [
  {
    metadata: { name: 'chat-1' },
    spec: {
      containers: [
        {
          name: 'app',
          resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '1Gi' } },
        },
      ],
      initContainers: [{ name: 'side', resources: { limits: { cpu: '2' } } }],
    },
  },
]

function measured(pod: string, timestamp: string, usage: object, name = 'app') {
  return { metadata: { name: pod }, timestamp, containers: [{ name, usage }] }
}

it('gives cores and bytes as numbers, beside what the container asks for', () => {
  const figures = [
    measured('chat-1', '2026-11-21T10:00:10Z', { cpu: '125000000n', memory: '131072Ki' }),
    measured('chat-1', '2026-11-21T10:00:00Z', { cpu: '1500u', memory: '1000' }, 'side'),
  ]
  expect(figuresOf(pods, figures)).toEqual({
    at: '2026-11-21T10:00:00Z',
    items: [
      {
        pod: 'chat-1',
        container: 'app',
        cpu: { usage: 0.125, request: 0.25 },
        memory: { usage: 134_217_728, request: 268_435_456, limit: 1_073_741_824 },
      },
      {
        pod: 'chat-1',
        container: 'side',
        cpu: { usage: expect.closeTo(0.0015), limit: 2 },
        memory: { usage: 1000 },
      },
    ],
  })
})

it('leaves out what is not measured, and pods that are gone', () => {
  const figures = [
    { metadata: { name: 'chat-1' }, timestamp: null, containers: [] },
    measured('chat-1', '2026-11-21T10:00:00Z', { cpu: '1m' }),
    measured('chat-0', '2026-11-21T09:00:00Z', { cpu: '1m', memory: '1Mi' }),
  ]
  expect(figuresOf(pods, figures)).toEqual({ at: undefined, items: [] })
})
