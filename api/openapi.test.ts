import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { openApiFile, openApiText } from '#tools/generate/openapi.ts'
import { contract } from './contract.ts'
import { buildOpenApi } from './openapi.ts'

type Operation = {
  operationId: string
  summary: string
  parameters: { name: string; in: string }[]
  responses: Record<string, { headers?: object; $ref?: string }>
}
const document = buildOpenApi()
// The shape that `buildOpenApi` writes; it is typed loosely because OpenAPI is.
const paths = document.paths as Record<string, Record<string, Operation>>
const operations = Object.values(paths).flatMap(path => Object.values(path))

it('is committed as it follows from the contract; `npm run generate` writes it', async () => {
  expect(await readFile(openApiFile, 'utf8')).toBe(openApiText())
})

it('has every route of the contract by its name', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
    Object.keys(contract).sort(),
  )
})

it('refers only to what stands in it', () => {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)
  for (const [, pointer = ''] of references) {
    const found = pointer
      .split('/')
      .reduce<unknown>(
        (at, key) => (at instanceof Object ? Reflect.get(at, key) : undefined),
        document,
      )
    expect(found, pointer).toBeInstanceOf(Object)
  }
})

describe('the NL API design rules', () => {
  it('paths are kebab-case without a trailing slash, with camelCase parameters', () => {
    for (const path of Object.keys(paths)) {
      expect(path).toMatch(/^(\/(_?[a-z]+(-[a-z]+)*|\{[a-z][a-zA-Z]*\}))+$/)
      for (const method of Object.keys(paths[path] ?? {}))
        expect(['get', 'post', 'put', 'delete', 'patch']).toContain(method)
    }
  })

  it('query parameters are camelCase and carry no secrets', () => {
    const names = operations.flatMap(({ parameters }) =>
      parameters.filter(parameter => parameter.in === 'query').map(({ name }) => name),
    )
    for (const name of names) {
      expect(name).toMatch(/^[a-z][a-zA-Z]*$/)
      expect(name).not.toMatch(/token|secret|password|key/i)
    }
  })

  it('the version is semantic, in the URI and in a header of every success', () => {
    const { info, servers } = document as { info: { version: string }; servers: { url: string }[] }
    expect(info.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(servers).toEqual([{ url: `/api/v${info.version.split('.')[0]}` }])
    for (const { responses } of operations)
      for (const [status, response] of Object.entries(responses))
        if (status < '400') expect(response.headers).toHaveProperty('API-Version')
  })

  it('every route says its problems as application/problem+json', () => {
    const { components } = document as {
      components: { responses: Record<string, { content: object }> }
    }
    for (const { responses } of operations)
      for (const [status, { $ref }] of Object.entries(responses))
        if (status >= '400') {
          expect($ref).toBe(`#/components/responses/${status}`)
          expect(components.responses[status]?.content).toHaveProperty(['application/problem+json'])
        }
  })

  it('there is somebody to turn to, and a summary on every operation', () => {
    expect(document.info).toMatchObject({ contact: { url: expect.any(String) } })
    for (const { summary } of operations) expect(summary).not.toBe('')
  })
})
