import { describe, expect, it } from 'vitest'
import { litellm } from '#catalog/litellm/litellm.ts'
import { ollama } from '#catalog/ollama/ollama.ts'
import type { App } from '#kit/app.ts'
import { planSecrets } from './secret-values.ts'

const none = { version: 0, latest: 0, values: {} }
const generated = litellm.secrets.find(one => one.kind === 'generated')
const provided = litellm.secrets.find(one => one.kind === 'provided')
const generate = (bytes: number) => 'x'.repeat(bytes)

describe('the secrets of a deployment', () => {
  it('are none for an app that has none', () => {
    const app: App = { ...ollama, secrets: [] }
    expect(planSecrets(app, {}, {}, none)).toMatchObject({
      version: 0,
      values: null,
      violations: [],
    })
  })

  it('are generated once, with the prefix the app wants', () => {
    const plan = planSecrets(litellm, {}, {}, none, generate)
    expect(plan.version).toBe(1)
    expect(plan.values?.[generated?.name ?? '']).toMatch(new RegExp(`^${generated?.prefix}x+$`))
  })

  it('are written as the app reads them: in base64url, or in hexadecimal', () => {
    const spec = {
      kind: 'generated',
      optional: false,
      title: { en: 'Key', nl: 'Sleutel' },
    } as const
    const app: App = {
      ...ollama,
      secrets: [
        { ...spec, name: 'token', bytes: 24 },
        { ...spec, name: 'cipherKey', bytes: 16, encoding: 'hex' },
      ],
    }
    const values = planSecrets(app, {}, {}, none).values
    expect(values?.token).toMatch(/^[\w-]{32}$/)
    expect(values?.cipherKey).toMatch(/^[0-9a-f]{32}$/)
  })

  it('keep their version while nothing changes', () => {
    const values = planSecrets(litellm, {}, {}, none, generate).values ?? {}
    const again = planSecrets(litellm, {}, {}, { version: 1, latest: 1, values }, () => 'other')
    expect(again).toMatchObject({ version: 1, values: null })
  })

  it('keep a provided value that is not given again', () => {
    const name = provided?.name ?? ''
    const before =
      planSecrets(litellm, { [name]: 'from-the-form' }, {}, none, generate).values ?? {}
    const after = planSecrets(
      litellm,
      {},
      { 'llm.key': 'new' },
      { version: 1, latest: 1, values: before },
      generate,
    )
    expect(after.values).toMatchObject({ [name]: 'from-the-form', 'llm.key': 'new' })
    expect(after.version).toBe(2)
  })

  it('take a version no revision has used, also after going back to an older one', () => {
    const plan = planSecrets(
      litellm,
      {},
      { 'llm.key': 'new' },
      { version: 1, latest: 4, values: {} },
      generate,
    )
    expect(plan.version).toBe(5)
  })

  it('refuse a name the app does not take, and one that is generated', () => {
    const plan = planSecrets(
      litellm,
      { nonsense: 'a', [generated?.name ?? '']: 'mine' },
      {},
      none,
      generate,
    )
    expect(plan.violations.map(one => one.pointer)).toEqual([
      '/secrets/nonsense',
      `/secrets/${generated?.name}`,
    ])
  })
})
