import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { App } from '#kit/app.ts'
import { check } from '#kit/check.ts'
import { criterionIds } from '#kit/passport.ts'
import { renderInput } from '#kit/render-input.ts'
import { entry } from './entry.ts'
import { anyInput } from './settings-arbitrary.ts'

export { renderInput }

const relaxed = (app: App) => app.relaxations.map(each => each.what)

function words(app: App) {
  const { properties } = app.settingsSchema()
  return Object.entries(properties as Record<string, Record<string, unknown>>) // JSON Schema of an object
}

function renderTests(app: App): void {
  test('renders with no answer given, and as it did before', async () => {
    const objects = app.render(renderInput(app))
    expect(check(objects, relaxed(app))).toEqual([])
    // Beside the test of the app, which is the file that runs.
    await expect(
      objects.map(each => stringify(each, { aliasDuplicateObjects: false })).join('---\n'),
    ).toMatchFileSnapshot('golden.yaml')
  })

  test('any settings its schema allows render sound objects', () => {
    fc.assert(
      fc.property(anyInput(app), each => {
        expect(check(app.render(renderInput(app, each)), relaxed(app))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('renders the same objects for the same input', () => {
    expect(app.render(renderInput(app))).toEqual(app.render(renderInput(app)))
  })
}

/** What every app of the shelf holds to; an app's own test adds what is its own. */
export function moduleTests(app: App): void {
  describe(`${app.id}, as every module`, () => {
    renderTests(app)

    test('asks 5 to 12 questions, each in both languages', () => {
      expect(words(app).length).toBeGreaterThanOrEqual(5)
      expect(words(app).length).toBeLessThanOrEqual(12)
      for (const [, schema] of words(app)) {
        const both = { title: expect.any(String), description: expect.any(String) }
        expect(schema).toMatchObject({ ...both, 'x-nl': both })
        const values = schema.enum
        if (Array.isArray(values)) expect(Object.keys(schema['x-labels'] ?? {})).toEqual(values)
      }
    })

    test('refuses a setting it does not have', () => {
      const result = app.parseSettings({ noSuchSetting: 1 })
      expect(result).toMatchObject({ ok: false, violations: [{ pointer: '/noSuchSetting' }] })
    })

    test('has a complete passport, a guide and a picture', () => {
      const { passport, readme, icon } = entry(app)
      expect(passport.criteria.slice(0, criterionIds.length).map(each => each.id)).toEqual([
        ...criterionIds,
      ])
      expect(readme).toMatch(/^# /)
      for (const heading of ['What you need', 'The questions', 'Data', 'Upgrades']) {
        expect(readme).toContain(`## ${heading}`)
      }
      expect(icon).toMatch(/^<svg /)
    })
  })
}
