import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { App } from '#kit/app.ts'
import { Passport } from '#kit/passport.ts'

/** An app as it stands on the shelf. */
export type CatalogueEntry = {
  readonly app: App
  readonly passport: Passport
  /** Markdown. */
  readonly readme: string
  /** SVG. */
  readonly icon: string
}

/**
 * Reads what lies beside a module: `passport.yaml`, `README.md` and `icon.svg` of the folder named as the app.
 * @throws ZodError when the passport is not complete.
 */
export function entry(app: App): CatalogueEntry {
  const read = (file: string) => readFileSync(new URL(`${app.id}/${file}`, import.meta.url), 'utf8')
  return {
    app,
    passport: Passport.parse(parse(read('passport.yaml'))),
    readme: read('README.md'),
    icon: read('icon.svg'),
  }
}
