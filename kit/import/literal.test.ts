import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { literal, template } from './literal.ts'

// Written apart, so that no reader takes it for a template.
const hole = ['$', '{name}'].join('')

const ground = createContext({ name: 'N' })

/** What the text means as code. */
const meaning = (text: string) => JSON.parse(JSON.stringify(runInContext(`(${text})`, ground)))

test('writes any data so that it reads back the same, and never as code', () => {
  const tricky = fc.constantFrom(
    "'",
    '"',
    '`',
    hole,
    '\\',
    `\\\`${hole}`,
    '\n',
    '\r\n',
    '\u2028',
    '__proto__',
    'constructor',
    '',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    tricky,
    fc.array(tricky).map(each => each.join('')),
  )
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(text, tie('tree')),
    ),
  }))
  fc.assert(
    fc.property(tree, value => {
      expect(meaning(literal(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 100 },
  )
})

test('puts a variable into a name', () => {
  expect(meaning(template('name', `-\`${hole}`))).toBe(`N-\`${hole}`)
  expect(template('name', '')).toBe('name')
})
