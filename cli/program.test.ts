import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { cliReferenceFile, cliReferenceText } from '#tools/generate/cli-reference.ts'

it('has its reference committed as it follows from the commands; `npm run generate` writes it', async () => {
  expect(await readFile(cliReferenceFile, 'utf8')).toBe(cliReferenceText())
})
