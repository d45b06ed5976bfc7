import { describe, expect, it } from 'vitest'
import type { Question } from '../cluster-agent.ts'
import { answerTo, errorFrom } from './https-answers.ts'

const target = { namespace: 'team-a', name: 'chat' }
const work = {
  ...target,
  deployment: '11111111-1111-4111-8111-111111111111',
  operation: 'o',
  revision: 1,
  digest: 'd',
  objects: [],
  secretName: null,
}
const said: readonly (readonly [Question, unknown])[] = [
  [
    { type: 'dry-run', work },
    {
      live: 'sha256:1',
      changes: [{ apiVersion: 'v1', kind: 'Service', name: 'chat', change: 'create' }],
    },
  ],
  [
    { type: 'objects', work },
    [
      {
        cluster: 'paris',
        apiVersion: 'v1',
        kind: 'Service',
        name: 'chat',
        state: 'Current',
        message: { en: 'It is there.', nl: 'Het is er.' },
        // Of a field that is gone the live value is left out in JSON.
        drift: [{ path: 'spec.type', desired: 'ClusterIP' }],
      },
    ],
  ],
  [
    { type: 'metrics', ...target },
    { available: false, simulated: true, items: [] },
  ],
  [
    { type: 'logs', ...target, lines: 1 },
    {
      items: [{ at: null, pod: 'chat-1', container: 'app', text: 'hello' }],
      simulated: false,
      truncated: false,
    },
  ],
  [
    { type: 'tell', notes: [] },
    { told: 0, refused: 'no' },
  ],
]

describe('the answer of a worker', () => {
  it('is taken as it is where it fits its question', () => {
    for (const [question, answer] of said)
      expect(answerTo(question, 'paris', answer), question.type).toMatchObject(answer as object)
  })

  it('is none of the cluster where it does not', () => {
    for (const [question] of said)
      for (const wrong of [null, undefined, 'text', [1], { items: null }])
        expect(() => answerTo(question, 'paris', wrong), question.type).toThrow(
          expect.objectContaining({ code: 'cluster-unreachable' }),
        )
  })

  it('says nothing of the person who asked', () => {
    const message = 'no'
    for (const code of ['unauthenticated', 'forbidden', 'not-found', 'nonsense'])
      expect(errorFrom({ code, message })).toMatchObject({ code: 'internal', message })
    expect(errorFrom({ code: 'cluster-unreachable', message }).code).toBe('cluster-unreachable')
  })
})
