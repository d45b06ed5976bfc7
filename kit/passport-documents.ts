import type { Text } from './app.ts'
import { type ModelName, models } from './assessment/models.ts'
import { checkAssessment } from './assessment.ts'

/** A file beside a passport: what it says, and the SHA-256 of its bytes in hexadecimal. */
export type PassportDocument = { readonly text: string; readonly sha256: string }

/** The files beside a passport by name; one that is missing, or too large to read, is not in it. */
export type PassportDocuments = Readonly<Record<string, PassportDocument>>

/** The largest assessment that is read; images in it count. */
export const largestDocument = 4 * 2 ** 20

type Evidence = { readonly file?: string | undefined; readonly sha256?: string | undefined }
type Criteria = readonly { readonly id: string; readonly evidence: readonly Evidence[] }[]

/** The criteria that an assessment can be evidence of, and of which model it then is. */
const modelsOf: Readonly<Record<string, readonly ModelName[]>> = {
  dpia: ['dpia', 'prescan'],
  'human-rights-assessment': ['iama'],
}

export type DocumentResult = {
  readonly criterion: string
  readonly file: string
  readonly model: ModelName | null
  readonly findings: readonly Text[]
}

/** The names of the files that the evidence of a passport stands in. */
export function documentNames(criteria: Criteria): string[] {
  return [...new Set(criteria.flatMap(each => each.evidence.flatMap(({ file }) => file ?? [])))]
}

/** Each file that a passport gives as evidence, checked on a day: is it there, the one that was meant, and in order. */
export function checkDocuments(
  criteria: Criteria,
  documents: PassportDocuments,
  now: Date,
): DocumentResult[] {
  return criteria.flatMap(({ id, evidence }) =>
    evidence.flatMap(({ file, sha256 }) =>
      file === undefined
        ? []
        : [{ criterion: id, file, ...checkDocument(id, sha256, documents[file], now) }],
    ),
  )
}

function checkDocument(
  criterion: string,
  sha256: string | undefined,
  document: PassportDocument | undefined,
  now: Date,
): Pick<DocumentResult, 'model' | 'findings'> {
  if (document === undefined)
    return {
      model: null,
      findings: [
        {
          en: 'it does not lie beside the passport, or is larger than 4 MiB',
          nl: 'het ligt niet naast het paspoort, of is groter dan 4 MiB',
        },
      ],
    }
  const { model, findings } = checkAssessment(document.text, now)
  const allowed = modelsOf[criterion] ?? []
  return {
    model,
    findings: [
      ...(document.sha256 === sha256 ? [] : [otherFile(document.sha256)]),
      ...(model === null || allowed.includes(model) ? [] : [otherModel(model, criterion)]),
      ...findings,
    ],
  }
}

function otherFile(sha256: string): Text {
  return {
    en: `it is another file than the passport means: its sha256 is ${sha256}`,
    nl: `het is een ander bestand dan het paspoort bedoelt: zijn sha256 is ${sha256}`,
  }
}

function otherModel(model: ModelName, criterion: string): Text {
  const { en, nl } = models[model].name
  return {
    en: `it is ${en}, which does not answer “${criterion}”`,
    nl: `het is ${nl}, en die beantwoordt ‘${criterion}’ niet`,
  }
}
