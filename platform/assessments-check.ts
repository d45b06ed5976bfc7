import type { Check } from '#api/apps.ts'
import type { Text } from '#api/names.ts'
import { models } from '#kit/assessment/models.ts'
import { checkDocuments, type DocumentResult } from '#kit/passport-documents.ts'
import type { CatalogueEntry } from './context.ts'

/**
 * Whether the assessments that a passport gives as evidence are in order as files: complete, signed, not too old, and the ones that
 * were meant. It says each time what no check can tell: whether what they say is right.
 */
export function assessmentsCheck(
  { passport, documents }: Pick<CatalogueEntry, 'passport' | 'documents'>,
  now: Date,
): Check {
  const results = checkDocuments(passport.criteria, documents, now)
  if (results.length === 0)
    return {
      id: 'assessments',
      answer: 'unknown',
      value: 'none',
      explanation: {
        en: 'No assessment lies beside its passport, so there was none to check.',
        nl: 'Naast zijn paspoort ligt geen beoordeling, dus er viel geen na te kijken.',
      },
    }
  const isSound = results.every(({ findings }) => findings.length === 0)
  const sentences = results.map(sentence)
  const said = (language: keyof Text) => sentences.map(each => each[language]).join(' ')
  return {
    id: 'assessments',
    answer: isSound ? 'yes' : 'partly',
    value: isSound ? 'in-order' : 'findings',
    explanation: {
      en: `${said('en')} That is about the form; whether what is written is right, Kade cannot tell.`,
      nl: `${said('nl')} Dat gaat over de vorm; of klopt wat er staat, kan Kade niet zeggen.`,
    },
  }
}

function sentence({ file, model, findings }: DocumentResult): Text {
  const what: Text = model ? models[model].name : { en: 'a file', nl: 'een bestand' }
  const of = (language: keyof Text) => findings.map(each => each[language]).join('; ')
  return findings.length === 0
    ? {
        en: `${file} is ${what.en} that is complete, in date, and the very file that was meant.`,
        nl: `${file} is ${what.nl}: volledig, niet te oud, en precies het bestand dat is bedoeld.`,
      }
    : { en: `${file}, ${what.en}: ${of('en')}.`, nl: `${file}, ${what.nl}: ${of('nl')}.` }
}
