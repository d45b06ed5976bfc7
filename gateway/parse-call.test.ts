import { expect, it } from 'vitest'
import { contract } from '#api/contract.ts'
import { parseCall } from './parse-call.ts'

const refusal = (body: unknown) => {
  try {
    return parseCall(contract.createDeployment, { params: {}, query: {}, body, ifMatch: undefined })
  } catch (error) {
    return error
  }
}

it('says of a field with alternatives what each of them wants', () => {
  const body = { app: 'a', namespace: 'b', name: 'c', bindings: { llm: { url: 1, extra: 2 } } }
  expect(refusal(body)).toMatchObject({
    details: {
      violations: [
        {
          pointer: '/bindings/llm',
          detail: {
            en: expect.stringMatching(/string.*; or \/url: .*\/extra: unknown field/),
            nl: expect.stringMatching(/tekst.*; of \/url: .*\/extra: onbekend veld/),
          },
        },
      ],
    },
  })
})

it('is not slowed down by hostile text', () => {
  const long = 200_000
  const texts = ['a-', 'a.', 'a/', '1', 'é'].map(part => `${part.repeat(long / part.length)}!`)
  for (const text of texts) {
    const began = performance.now()
    refusal({
      app: text,
      name: text,
      ingress: { host: text },
      bindings: { a: text },
      env: { [text]: '' },
    })
    expect(performance.now() - began).toBeLessThan(2_000)
  }
})
