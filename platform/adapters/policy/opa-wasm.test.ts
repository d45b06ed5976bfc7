import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PatchOperation } from '#api/findings.ts'
import {
  type PolicyInput,
  type PolicyQuestion,
  policyInput,
} from '#platform/governance/policy-input.ts'
import { baseQuestion, changed, readFixtures } from '#policies/fixtures.ts'
import { loadOpaPolicyEngine } from './opa-wasm.ts'
import { allows, type PolicyEngine } from './policy-engine.ts'
import { policyLimits } from './policy-limits.ts'
import { policyIds, readPolicyTexts } from './policy-texts.ts'

let engine: PolicyEngine
beforeAll(async () => {
  engine = await loadOpaPolicyEngine({ deadline: 10_000 })
})
afterAll(() => engine.close())

const base = await baseQuestion()
const texts = await readPolicyTexts(new URL('../../../policies/', import.meta.url))
const fixtures = await Promise.all(
  policyIds.map(async policy => ({ policy, ...(await readFixtures(policy)) })),
)
const failing = fixtures.flatMap(({ policy, fail }) => fail.map(one => ({ policy, ...one })))

function judge(question: PolicyQuestion) {
  return engine.evaluate(policyInput(question))
}

/** Names a finding by its message, as the fixtures do. */
function messageOf(policy: string, english: string): string {
  const messages = Object.entries(texts.get(policy)?.messages ?? {})
  const fits = ([, text]: (typeof messages)[number]) => {
    const pattern = text.en
      .split(/\{\w+\}/)
      .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${pattern.join('.*')}$`).test(english)
  }
  return messages.find(fits)?.[0] ?? `no text fits: ${english}`
}

describe.each(fixtures)('$policy', ({ policy, pass, fail }) => {
  it.each(pass)('lets through: $what', ({ change, warns }) => {
    const findings = judge(changed(base, change))
    expect(findings.filter(one => one.severity === 'deny')).toEqual([])
    expect(findings.map(one => messageOf(policy, one.message.en))).toEqual(warns)
  })

  it.each(fail)('stops: $what', ({ change, finds }) => {
    const findings = judge(changed(base, change)).filter(one => one.policy === policy)
    const found = findings.map(one => `${messageOf(policy, one.message.en)} ${one.path}`)
    for (const [message, path] of Object.entries(finds))
      expect(found).toContain(`${message} ${path}`)
    for (const one of findings) {
      expect(one.severity).toBe('deny')
      expect(one.message.en, 'every value of the message is filled in').not.toMatch(/[{}?]|null/)
    }
  })

  it('has a failing fixture for every message that denies', () => {
    const shown = new Set(fail.flatMap(one => Object.keys(one.finds)))
    const told = new Set(pass.flatMap(one => one.warns))
    const denying = Object.keys(texts.get(policy)?.messages ?? {}).filter(
      one => !told.has(one) && one !== 'limit-below-request',
    )
    expect(denying.filter(one => !shown.has(one))).toEqual([])
  })
})

/** What a module would render now: its container carries the effective resources, its ingress the requested host. */
function rendered(question: PolicyQuestion): PolicyQuestion {
  const { resources } = policyInput(question)
  const amounts = (part: 'requests' | 'limits') => ({
    ...(resources[part].cpuMillis === null ? {} : { cpu: `${resources[part].cpuMillis}m` }),
    ...(resources[part].memoryBytes === null ? {} : { memory: `${resources[part].memoryBytes}` }),
  })
  const value = { requests: amounts('requests'), limits: amounts('limits') }
  const path = '/objects/5/spec/template/spec/containers/0/resources'
  return changed(question, [{ op: 'add', path, value }])
}

function fixAll(question: PolicyQuestion): PolicyQuestion {
  const fixes = judge(question).flatMap(one => one.fix ?? [])
  const request = changed(question.request, fixes)
  return rendered({ ...question, request })
}

const quantity = fc.constantFrom(
  '0',
  '1m',
  '250m',
  '2',
  '90',
  '4',
  '512Mi',
  '8Gi',
  '64Gi',
  '512m',
  '16k',
  '9Mi',
)
const replicas = fc.constantFrom(0, 1, 3, 50)
const asked = fc.option(
  fc.record(
    {
      requests: fc.record({ cpu: quantity, memory: quantity }, { requiredKeys: [] }),
      limits: fc.record({ cpu: quantity, memory: quantity }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  ),
)

/** Hundreds of evaluations, or engines that are begun: a second or two on a machine that is idle. */
const patient = 60_000

describe('fixes', () => {
  it.each(failing.filter(one => one.fixed))('gives what was meant: $what', ({ change, fixed }) => {
    const question = fixAll(rendered(changed(base, change)))
    expect(question.request.resources).toMatchObject(fixed ?? {})
    expect(judge(question)).toEqual([])
  })

  it(
    'reach, applied once, a configuration without fixable findings, whatever was asked',
    () => {
      fc.assert(
        fc.property(
          asked,
          fc.constantFrom(50, 500, 4000),
          replicas,
          (resources, cpuMillis, count) => {
            const { resources: _, ...others } = base.request
            const request = { ...others, replicas: count }
            const namespace = { ...base.namespace, bounds: { cpuMillis, memoryBytes: 2 ** 30 + 1 } }
            const question = rendered({
              ...base,
              namespace,
              request: resources ? { ...request, resources: definedOnly(resources) } : request,
            })
            const once = fixAll(question)
            expect(judge(once).filter(one => one.severity === 'deny' || one.fix)).toEqual([])
            expect(fixAll(once)).toEqual(once)
          },
        ),
        { numRuns: 100 },
      )
    },
    patient,
  )

  it('stay inside the request body they were found in', () => {
    for (const { change } of failing)
      for (const finding of judge(changed(base, change)))
        for (const step of finding.fix ?? [])
          expect(step.path).toMatch(/^\/(resources|ingress|replicas)(\/|$)/)
  })
})

// exactOptionalPropertyTypes: fast-check types an absent key as possibly undefined.
function definedOnly<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

/** Every place of a value, as JSON Pointers. */
function pointers(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([key, one]) =>
    pointers(one, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
  return at === '' ? inner : [at, ...inner]
}

// What makes a configuration worse when it is there: taking it away may well be the repair.
const faultItself =
  /\/(privileged|procMount|hostPort|hostNetwork|hostPID|hostIPC|serviceAccount|sysctls|type|externalName|externalIPs|add|hostPath|ephemeralContainers|initContainers|data|seccompProfile|runAsNonRoot|runAsUser|targetPort|containerPort|egress|expose|host|ingress)(\/|$)/

describe('a field that is absent', () => {
  it.each(failing)('never turns a denial into consent: $what', ({ policy, change }) => {
    const question = changed(base, change)
    const whole = definedOnly(policyInput(question))
    const added = change.flatMap(step => (step.op === 'remove' ? [] : [step.path]))
    // Removing what the fixture itself put in, or something around it, is undoing the fault.
    const undoes = (path: string) =>
      added.some(one => {
        const place = one.replace(/\/-$/, '')
        return place.startsWith(path) || path.startsWith(place)
      })
    for (const path of pointers(whole).filter(path => !undoes(path))) {
      if (faultItself.test(path) || /^\/objects\/\d+$/.test(path)) continue
      // That a label is missing is a fault of its own, which only one policy looks at.
      if (policy !== 'metadata-own' && /\/metadata\/labels\//.test(path)) continue
      const input = changed(whole, [{ op: 'remove', path }])
      expect(allows(engine.evaluate(input)), `without ${path}`).toBe(false)
    }
  })

  it(
    'in a finding never makes the finding vanish',
    () => {
      for (const { change, finds, policy } of failing) {
        const question = changed(base, change)
        const input = policyInput(question)
        for (const path of ['/namespace/name', '/app/id', '/request/name']) {
          const findings = engine.evaluate(changed(input, [{ op: 'remove', path }]))
          const found = findings.filter(one => one.policy === policy).map(one => one.path)
          for (const place of Object.values(finds))
            expect(found, `without ${path}`).toContain(place)
        }
      }
    },
    patient,
  )
})

const firstContainer = '/5/spec/template/spec/containers/0/name'
// Those in which the Deployment and its containers still stand where the base has them.
const withDeployment = failing.filter(({ change }) => {
  const { objects } = changed(base, change)
  return objects[5]?.kind === 'Deployment' && pointers(objects).includes(firstContainer)
})

const anyContainer = fc.record(
  {
    name: fc.constantFrom('one', 'two'),
    resources: fc.constantFrom({}, { limits: { cpu: '1', memory: '1Gi' } }),
    securityContext: fc.constantFrom({}, null, { privileged: true }, { runAsUser: 0 }),
    ports: fc.constantFrom([], [{ containerPort: 8080, hostPort: 80 }], 'none'),
  },
  { requiredKeys: [] },
)

describe('odd input', () => {
  it(
    'never loses a finding by one more container',
    () => {
      const path = '/objects/5/spec/template/spec/containers/-'
      fc.assert(
        fc.property(fc.constantFrom(...withDeployment), anyContainer, ({ change }, container) => {
          const question = changed(base, change)
          const before = judge(question).map(one => `${one.policy} ${one.path} ${one.message.en}`)
          const more: PatchOperation[] = [{ op: 'add', path, value: definedOnly(container) }]
          const after = judge(changed(question, more))
          const said = after.map(one => `${one.policy} ${one.path} ${one.message.en}`)
          expect(said).toEqual(expect.arrayContaining(before))
        }),
        { numRuns: 150 },
      )
    },
    patient,
  )

  it.each([null, [], '', 0, true, {}, { objects: 'all' }, { objects: [null] }, { objects: [[]] }])(
    'is never allowed: %j',
    odd => {
      // The type is broken on purpose.
      expect(allows(engine.evaluate(odd as unknown as PolicyInput))).toBe(false)
    },
  )

  const judgedPlaces = [
    ...['/kind', '/apiVersion', '/metadata'].flatMap(field =>
      base.objects.map((_, i) => `/objects/${i}${field}`),
    ),
    ...['/objects/1/spec', '/objects/3/spec', '/objects/3/spec/ports', '/objects/4/spec'],
    ...['', '/template', '/template/spec', '/template/spec/containers'].map(
      at => `/objects/5/spec${at}`,
    ),
    ...['/objects/5/spec/template/spec/containers/0', '/objects/5/spec/template/spec/volumes'],
  ]
  it.each(judgedPlaces)('is never allowed where %s has another type', path => {
    for (const value of [7, 'text', [null], true]) {
      const question = changed(base, [{ op: 'replace', path, value }])
      expect(allows(judge(question)), JSON.stringify(value)).toBe(false)
    }
  })
})

describe('what cannot be judged', () => {
  const policies = (input: unknown) => engine.evaluate(input as PolicyInput).map(one => one.policy)

  it('is refused at once when it is large, deep or wide', () => {
    const input = policyInput(base)
    const wide = { containers: Array(policyLimits.containers + 1).fill({}) }
    let deep: unknown = 0
    for (let level = 0; level < 5000; level++) deep = [deep]
    const before = performance.now()
    expect(policies({ ...input, more: 'x'.repeat(policyLimits.bytes) })).toEqual(['policy-error'])
    expect(policies({ ...input, more: deep })).toEqual(['policy-error'])
    expect(policies({ ...input, more: wide })).toEqual(['policy-error'])
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('is refused when it is cyclic', () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(policies(cyclic)).toEqual(['policy-error'])
  })

  it(
    'is refused when it takes too long, and the next question is answered',
    async () => {
      const slow = await loadOpaPolicyEngine({ deadline: 1 })
      // Just within the limits, and some 20 ms of work.
      const many: PatchOperation = {
        op: 'replace',
        path: '/objects/5/spec/template/spec/containers',
        value: Array(policyLimits.containers).fill({}),
      }
      const long = policyInput(changed(base, [many]))
      expect(slow.evaluate(long).map(one => one.policy)).toEqual(['policy-error'])
      expect(engine.evaluate(long).length).toBe(policyLimits.findings)
      await slow.close()
      expect(judge(base)).toEqual([])
    },
    patient,
  )

  it(
    'is refused after the engine was closed and begun again, until it has loaded',
    async () => {
      const again = await loadOpaPolicyEngine({ deadline: 10_000 })
      await again.close()
      expect(again.evaluate(policyInput(base))).toEqual([])
      await again.close()
    },
    patient,
  )
})

it('says the same in the same order, whatever the order of the fields', () => {
  const question = changed(base, [
    { op: 'remove', path: '/objects/5/spec/template/spec/securityContext' },
    { op: 'replace', path: '/request/resources/limits/memory', value: '64Gi' },
  ])
  const backwards = Object.fromEntries(Object.entries(policyInput(question)).reverse())
  // The same fields in another order.
  expect(engine.evaluate(backwards as unknown as PolicyInput)).toEqual(judge(question))
})

it('keeps the values of secrets and of env out of what is judged', () => {
  const request = { ...base.request, secrets: { key: 'canary-one' }, env: { MODE: 'canary-two' } }
  expect(JSON.stringify(policyInput({ ...base, request }))).not.toContain('canary')
})
