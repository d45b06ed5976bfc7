import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qdrant } from '#catalog/qdrant/qdrant.ts'
import { bundleModule } from '#cli/module/bundle.ts'
import { moduleFacts } from '#kit/module-facts.ts'
import { renderInput } from '#kit/render-input.ts'
import type { ModuleSandbox } from '#platform/adapters/modules/module-sandbox.ts'
import { openQuickJsSandbox } from '#platform/adapters/modules/quickjs.ts'
import { digestOfText } from '#platform/deployments/digest.ts'
import { admit } from './admit.ts'

let sandbox: ModuleSandbox
let honest: string
beforeAll(async () => {
  sandbox = openQuickJsSandbox()
  const made = await bundleModule({ file: 'catalog/qdrant/qdrant.ts', folder: '.' })
  if (made === 'no-bundler' || !('code' in made)) throw new Error(JSON.stringify(made))
  honest = made.code
}, 60_000)
afterAll(() => sandbox.close())

const bundleOf = (code: string) => ({ digest: digestOfText(code), code: async () => code })

/** The same module, with something of its app replaced. */
function lying(change: string): string {
  return `${honest}; kadeModule = (() => { const { qdrant } = kadeModule; return { app: { ...qdrant, ${change} } } })()`
}

async function refusalOf(code: string): Promise<string[]> {
  const found = await admit(sandbox, bundleOf(code)).catch(error => error)
  const violations: { pointer: string; detail: { en: string; nl: string } }[] =
    found.details?.violations ?? []
  for (const { detail } of violations) expect(detail.nl).not.toBe('')
  return violations.map(({ pointer, detail }) => `${pointer}: ${detail.en}`)
}

describe('an app from outside', () => {
  it('is described, tried and rendered as the same module is at home', async () => {
    const { app, facts } = await admit(sandbox, bundleOf(honest))
    expect(facts).toEqual(moduleFacts(qdrant))
    expect(app.settingsSchema()).toEqual(JSON.parse(JSON.stringify(qdrant.settingsSchema())))
    expect(Object.keys(app.settingsSchema().properties ?? {})).toEqual(
      Object.keys(qdrant.settingsSchema().properties ?? {}),
    )
    const input = renderInput(qdrant, { settings: { ...settingsOf(await app.parseSettings({})) } })
    expect(await app.render(input)).toEqual(JSON.parse(JSON.stringify(qdrant.render(input))))
    expect(await app.parseSettings({ nonsense: 1 })).toEqual(qdrant.parseSettings({ nonsense: 1 }))
  }, 30_000)

  it('may have jobs as long as the kit allows', async () => {
    expect(await refusalOf(lying('readyWithin: 3_600 + 3 * 86_400'))).toEqual([])
  }, 20_000)

  it.each<[string, string, RegExp]>([
    [
      'asks for the environment',
      'const home = process.env.HOME',
      /^\/bundle: the module asks for process, which is not there/,
    ],
    [
      'asks for the network',
      'fetch("https://example.org")',
      /^\/bundle: the module asks for fetch, which is not there/,
    ],
    ['has no app', 'var kadeModule = {}', /^\/bundle: the module says: exports no app/],
    ['is no JavaScript', 'let let', /^\/bundle: the module says: SyntaxError/],
  ])('that %s is refused', async (_, code, why) => {
    expect(await refusalOf(code)).toEqual([expect.stringMatching(why)])
  })

  it.each<[string, string, RegExp]>([
    ['has a word of kade for an id', 'id: "add"', /^\/app\/id: is a word of kade itself/],
    [
      'steers the terminal with its name',
      'name: "A\\u001b[2J"',
      /^\/app\/name: must be one line of plain text/,
    ],
    ['turns its line around', 'name: "A\\u202eB"', /^\/app\/name: must be one line/],
    [
      'has a description without end',
      'description: { en: "x".repeat(1e5), nl: "y" }',
      /^\/app\/description\/en: at most 600/,
    ],
    ['is in no category', 'category: "best-of-all"', /^\/app\/category: must be one of/],
    [
      'says more than an app is',
      'relaxations: [{ what: "all", because: "x", extra: 1 }]',
      /^\/app\/relaxations\/0\/extra: unknown field/,
    ],
    [
      'opens the network without a reason',
      'network: { ...qdrant.network, egress: [{ to: "everywhere" }] }',
      /^\/app\/network\/egress\/0/,
    ],
    [
      'has two secrets of one name',
      'secrets: [...qdrant.secrets, qdrant.secrets[0]]',
      /^\/app\/secrets\/\d+\/name: has the name of another/,
    ],
    [
      'would generate what a binding brings',
      'secrets: [{ ...qdrant.secrets[0], name: "llm.key" }]',
      /^\/app\/secrets\/0\/name: ends as a bound secret does/,
    ],
    [
      'has a bound secret that no need brings',
      'secrets: [{ name: "llm.key", kind: "bound", optional: true, title: { en: "a", nl: "b" } }]',
      /^\/app\/secrets\/0\/name: must be <need>.key/,
    ],
    [
      'gives away a secret it does not have',
      'provides: qdrant.provides.map(one => ({ ...one, secret: "other" }))',
      /^\/app\/provides\/0\/secret: is no secret of the app itself/,
    ],
    [
      'provides on a port that every object has',
      'provides: qdrant.provides.map(one => ({ ...one, port: "constructor", also: ["toString"] }))',
      /^\/app\/provides\/0\/also\/0: is no port of the app/,
    ],
    [
      'shows itself on a port it does not have',
      'network: { ...qdrant.network, expose: "constructor" }',
      /^\/app\/network\/expose: is no port of the app/,
    ],
    [
      'gives figures on a port it does not have',
      'metrics: { port: "valueOf", path: "/metrics" }',
      /^\/app\/metrics\/port: is no port of the app/,
    ],
    ['may take for ever', 'readyWithin: 1e6', /^\/app\/readyWithin: /],
    [
      'takes settings that nobody can check',
      'settingsSchema: () => ({ type: "object" })',
      /^\/app\/settingsSchema\/additionalProperties/,
    ],
    [
      'has settings without end',
      'settingsSchema: () => ({ ...qdrant.settingsSchema(), properties: Object.fromEntries(Array.from({ length: 500 }, (_, at) => ["a" + at, { type: "boolean" }])) })',
      /^\/app\/settingsSchema: has \d+ values to try/,
    ],
    [
      'lets nobody deploy it without an answer',
      'parseSettings: () => ({ ok: false, violations: [{ pointer: "/a", detail: { en: "no", nl: "nee" } }] })',
      /^\/settings\/a: no/,
    ],
    [
      'answers settings without end',
      'parseSettings: () => ({ ok: true, settings: { a: "x".repeat(1e5) } })',
      /^\/settings: must be at most 64 KiB/,
    ],
    [
      'answers settings without ground',
      'parseSettings: () => ({ ok: true, settings: { a: JSON.parse("[".repeat(500) + "]".repeat(500)) } })',
      /^\/settings: must be at most 64 KiB, and nested at most 16 deep/,
    ],
    [
      'has a form without ground',
      'settingsSchema: () => ({ ...qdrant.settingsSchema(), examples: JSON.parse("[".repeat(500) + "]".repeat(500)) })',
      /^\/app: must be .* nested at most 32 deep/,
    ],
    ['answers settings with something else', 'parseSettings: () => 7', /^\/settings: /],
    [
      'cannot say what it lets out',
      'network: { ...qdrant.network, egress: [{ to: "internet-https", because: "x" }] }, egress: () => { throw new Error("lost") }',
      /^\/egress: the module says: lost/,
    ],
    [
      'behaves where it is tried only',
      'render: input => input.name === "my-qdrant" || input.namespace === "team-a" ? qdrant.render(input) : []',
      /^\/objects: /,
    ],
    [
      'behaves in one environment only',
      'render: input => input.environment === "prod" ? [] : qdrant.render(input)',
      /^\/objects: /,
    ],
    [
      'renders a ClusterRole',
      'render: input => [...qdrant.render(input), { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: input.name, namespace: input.namespace } }]',
      /^\/objects\/\d+\/kind: a module may not make/,
    ],
    [
      'renders into another namespace',
      'render: input => qdrant.render({ ...input, namespace: "kube-system" })',
      /metadata\/namespace: must be n[0-9a-f]{8}:/,
    ],
    [
      'renders nothing but a getter',
      'render: () => [{ get kind() { throw new Error("caught") } }]',
      /^\/objects: the module says: caught/,
    ],
    [
      'renders what a proxy says',
      'render: () => new Proxy([], { get: (_, key) => key === "toJSON" ? () => "x" : undefined })',
      /^\/objects: is not a list/,
    ],
    [
      'renders a ClusterRole for one answer only',
      'render: input => Object.keys(input.settings).length === 0 ? qdrant.render(input) : []',
      /^\/objects: /,
    ],
  ])(
    'that %s is refused',
    async (_, change, why) => {
      expect(await refusalOf(lying(change))).toEqual(
        expect.arrayContaining([expect.stringMatching(why)]),
      )
    },
    20_000,
  )
})

function settingsOf(result: { ok: boolean; settings?: Record<string, unknown> }) {
  return result.settings
}
