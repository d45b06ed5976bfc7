import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Passport } from '#kit/passport.ts'
import {
  documentNames,
  largestDocument,
  type PassportDocument,
  type PassportDocuments,
} from '#kit/passport-documents.ts'

/** Reads the files that a passport gives as evidence from its folder; one that is missing or too large is left out. */
export function readDocuments(folder: string, { criteria }: Passport): PassportDocuments {
  const read = (file: string): [string, PassportDocument][] => {
    const path = join(folder, file)
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found?.isFile() || found.size > largestDocument) return []
    const bytes = readFileSync(path)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return [[file, { text: bytes.toString('utf8'), sha256 }]]
  }
  return Object.fromEntries(documentNames(criteria).flatMap(read))
}
