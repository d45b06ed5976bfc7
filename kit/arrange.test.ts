import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Arrangeable, arrange } from './arrange.ts'
import { type Capability, capabilities } from './capabilities.ts'

type Parts = {
  needs?: readonly (readonly [need: string, capability: Capability, optional?: 'optional'])[]
  offers?: readonly Capability[]
  bindings?: Arrangeable['bindings']
}

function member(name: string, { needs = [], offers = [], bindings = {} }: Parts = {}): Arrangeable {
  return {
    name,
    app: {
      id: name,
      name: name.toUpperCase(),
      needs: needs.map(([need, capability, optional]) => ({
        name: need,
        capability,
        optional: optional !== undefined,
      })),
      provides: offers.map(capability => ({ capability, port: 'http', path: '' })),
    },
    bindings,
  }
}

function namesOf(members: readonly Arrangeable[]): (string | undefined)[] {
  return arrange(members).order.map(place => members[place]?.name)
}

const models = member('models', { offers: ['openai-api'] })
const chat = member('chat', { needs: [['llm', 'openai-api']] })

describe('a need', () => {
  it('is answered by the one other member that offers it', () => {
    const { bound, open, faults } = arrange([chat, models])
    expect(bound).toEqual([{ llm: 'models' }, {}])
    expect([open, faults]).toEqual([[], []])
  })

  it('has to be chosen for where several offer it, and null will do for an optional one', () => {
    const others = [models, member('gateway', { offers: ['openai-api'] })]
    const maybe = member('maybe', { needs: [['llm', 'openai-api', 'optional']] })
    expect(arrange([chat, maybe, ...others]).faults).toEqual([
      {
        pointer: '/0/bindings/llm',
        detail: {
          en: 'models, gateway offer openai-api: choose one',
          nl: 'models, gateway bieden openai-api: kies er een',
        },
      },
      {
        pointer: '/1/bindings/llm',
        detail: {
          en: 'models, gateway offer openai-api: choose one, or null for none',
          nl: 'models, gateway bieden openai-api: kies er een, of null voor geen',
        },
      },
    ])
    const chosen = { ...chat, bindings: { llm: 'gateway' } }
    const without = { ...maybe, bindings: { llm: null } }
    expect(arrange([chosen, without, ...others])).toMatchObject({
      bound: [{ llm: 'gateway' }, {}, {}, {}],
      open: [],
      faults: [],
    })
  })

  it('stays open where nobody offers it, and is no fault', () => {
    expect(arrange([chat])).toMatchObject({
      open: [{ member: 'chat', need: 'llm', capability: 'openai-api', optional: false }],
      faults: [],
    })
  })

  it('is left alone where it is bound to something outside', () => {
    const outside = { ...chat, bindings: { llm: { url: 'https://llm.example' } } }
    expect(arrange([outside, models])).toMatchObject({ bound: [{}, {}], open: [], faults: [] })
  })

  it.each([
    [
      'a member that is not there',
      { llm: 'nobody' },
      '/0/bindings/llm',
      'there is no member nobody',
    ],
    [
      'a member that offers something else',
      { llm: 'store' },
      '/0/bindings/llm',
      'store (STORE) does not offer openai-api',
    ],
    ['itself', { llm: 'chat' }, '/0/bindings/llm', 'it cannot answer its own need'],
    [
      'nothing, when it is required',
      { llm: null },
      '/0/bindings/llm',
      'CHAT cannot do without openai-api',
    ],
    [
      'models, but under another name',
      { modle: 'models' },
      '/0/bindings/modle',
      'CHAT has no need of this name; it knows llm',
    ],
  ])('cannot be bound to %s', (_, bindings, pointer, en) => {
    const store = member('store', { offers: ['s3'] })
    const { faults } = arrange([{ ...chat, bindings }, models, store])
    expect(faults).toMatchObject([{ pointer, detail: { en } }])
  })
})

describe('the order', () => {
  it('puts providers before their consumers and leaves the rest as it was listed', () => {
    const worker = member('worker')
    const database = member('database', { offers: ['postgres'] })
    const api = member('api', {
      needs: [
        ['db', 'postgres'],
        ['llm', 'openai-api'],
      ],
    })
    expect(namesOf([worker, api, models, database])).toEqual([
      'worker',
      'models',
      'database',
      'api',
    ])
  })

  it('cannot go round in a circle, which is told by its names', () => {
    const backend = member('backend', { offers: ['s3'], needs: [['jobs', 'redis']] })
    const worker = member('worker', { offers: ['redis'], needs: [['files', 's3']] })
    const beside = member('beside', { needs: [['files', 's3']] })
    expect(arrange([beside, backend, worker]).faults).toEqual([
      {
        pointer: '/1',
        detail: {
          en: 'these need each other in a circle: backend → worker → backend',
          nl: 'deze hebben elkaar in een kring nodig: backend → worker → backend',
        },
      },
    ])
  })

  it('cannot be made where two members have one name', () => {
    expect(arrange([models, chat, { ...models }]).faults).toMatchObject(
      [
        { pointer: '/1/bindings/llm' },
        { pointer: '/2/name', detail: { en: 'another member is called models already' } },
      ].toReversed(),
    )
  })

  it('holds every member once, after all it uses, in any composition without a fault', () => {
    const capability = fc.constantFrom(...capabilities.slice(0, 5))
    const parts = fc.record({
      needs: fc.uniqueArray(capability, { maxLength: 3 }),
      offers: fc.uniqueArray(capability, { maxLength: 2 }),
    })
    let sound = 0
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), list => {
        const members = list.map(({ needs, offers }, place) =>
          member(`m${place}`, { offers, needs: needs.map(one => [one, one, 'optional'] as const) }),
        )
        const { order, bound, faults } = arrange(members)
        expect(order.toSorted((a, b) => a - b)).toEqual([...members.keys()])
        if (faults.length > 0) return
        sound += 1
        for (const [place, answers] of bound.entries())
          for (const name of Object.values(answers)) {
            const provider = members.findIndex(one => one.name === name)
            expect(order.indexOf(provider)).toBeLessThan(order.indexOf(place))
          }
        const free = bound.every(answers => Object.keys(answers).length === 0)
        if (free) expect(order).toEqual([...members.keys()])
      }),
      { numRuns: 500, seed: 20_26 },
    )
    expect(sound).toBeGreaterThan(50)
  })
})
