import fc from 'fast-check'
import type { App, RenderInput } from '#kit/app.ts'
import { bindAll } from '#kit/render-input.ts'

type Schema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
}

function text({ pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  const candidates = pattern
    ? fc.stringMatching(new RegExp(pattern))
    : fc.string({ unit: 'grapheme' })
  return candidates.filter(each => each.length >= minLength && each.length <= maxLength)
}

function value(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'integer') {
    return fc.integer({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6 })
  }
  if (schema.type === 'string') return text(schema)
  if (schema.type === 'array') {
    return fc.array(value(schema.items ?? {}), { maxLength: schema.maxItems ?? 5 })
  }
  throw new Error(`no values are known for a setting like ${JSON.stringify(schema)}`)
}

/** Settings that an app's schema allows: each question answered or left out. */
export function settingsOf(app: App): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {} } = app.settingsSchema() as Schema // an app's settings are an object
  const answers = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, value(schema)]),
  )
  return fc.record(answers, { requiredKeys: [] }).filter(settings => app.parseSettings(settings).ok)
}

/** Anything that may be asked of an app: settings its schema allows, a host or none, secrets given or not, needs bound or not. */
export function anyInput(app: App): fc.Arbitrary<Partial<RenderInput>> {
  const provided = app.secrets.filter(each => each.kind === 'provided').map(each => each.name)
  return fc.record({
    settings: settingsOf(app),
    ingress:
      app.network.expose === null
        ? fc.constant(null)
        : fc.constantFrom(null, { host: 'app.example.org' }),
    givenSecrets: fc.subarray(provided),
    replicas: fc.integer({ min: 0, max: app.maxReplicas }),
    bindings: fc.boolean().map(all => (all ? bindAll(app) : {})),
  })
}
