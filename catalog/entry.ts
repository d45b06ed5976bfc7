import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { App } from '#kit/app.ts'
import { Passport } from '#kit/passport.ts'
import type { PassportDocuments } from '#kit/passport-documents.ts'
import { readDocuments } from './documents.ts'

/** An app as it stands on the shelf. */
export type CatalogueEntry = {
  readonly app: App
  readonly passport: Passport
  /** The assessments that the passport gives as evidence. */
  readonly documents: PassportDocuments
  /** Markdown. */
  readonly readme: string
  /** SVG. */
  readonly icon: string
}

/**
 * Reads what lies beside a module: `passport.yaml`, what it gives as evidence, `README.md` and `icon.svg`. By default its folder
 * is the one of this shelf that is named as the app.
 * @throws ZodError when the passport is not complete.
 */
export function entry(app: App, folder = new URL(`${app.id}/`, import.meta.url)): CatalogueEntry {
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')
  const passport = Passport.parse(parse(read('passport.yaml')))
  return {
    app,
    passport,
    documents: readDocuments(fileURLToPath(folder), passport),
    readme: read('README.md'),
    icon: read('icon.svg'),
  }
}
