import { fileURLToPath } from 'node:url'
import { buildOpenApi } from '#api/openapi.ts'

/** Where the committed document stands. */
export const openApiFile = fileURLToPath(import.meta.resolve('#api/openapi.json'))

/** The text of `api/openapi.json`, as it should stand. */
export function openApiText(): string {
  return `${JSON.stringify(buildOpenApi(), null, 2)}\n`
}
