import { assert, json, property } from 'fast-check'
import { expect, it } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import { parseJsonBody } from './json-body.ts'

const shady = /"(__proto__|constructor|prototype)"\s*:|\d{16}|e\+?[34]\d\d/i

it('reads every ordinary JSON text as JSON.parse does', () => {
  assert(
    property(json({ maxDepth: 5 }), text => {
      if (!shady.test(text)) expect(parseJsonBody(text)).toEqual(JSON.parse(text))
    }),
  )
})

it('keeps apart equal keys of different objects, and keys from values', () => {
  const text =
    '{"a":{"a":1},"b":[{"a":2},{"a":"a"}],"c":"a","d":["x","x"],"e":"{\\"a\\":1,\\"a\\":2}"}'
  expect(parseJsonBody(text)).toEqual(JSON.parse(text))
})

it('sees a repeated key however it is written, anywhere', () => {
  const pointers: [string, string][] = [
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"x":[[{"k":1},{"k":1,"k":1}]]}', '/x/0/1/k'],
    ['{"a/b~c":1,"a/b~c":2}', '/a~1b~0c'],
    ['[{"a":[],"b":{},"a":0}]', '/0/a'],
  ]
  for (const [text, pointer] of pointers) {
    const thrown = (() => {
      try {
        return parseJsonBody(text)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toBeInstanceOf(PlatformError)
    expect(thrown).toMatchObject({ details: { violations: [{ pointer }] } })
  }
})

it('takes a text of 250 kB in well under a second', () => {
  const began = performance.now()
  parseJsonBody(`{"a":"${'\\\\'.repeat(60_000)}","b":[${'1,'.repeat(60_000)}1]}`)
  expect(performance.now() - began).toBeLessThan(2_000)
})
