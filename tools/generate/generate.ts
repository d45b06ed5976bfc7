/** `npm run generate`: writes every committed file that follows from the code alone. A test holds each of them fresh. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cliReferenceFile, cliReferenceText } from './cli-reference.ts'
import { openApiFile, openApiText } from './openapi.ts'

const files = [
  [openApiFile, openApiText()],
  [cliReferenceFile, cliReferenceText()],
] as const
for (const [file, text] of files) {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
