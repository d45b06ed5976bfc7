/**
 * Checks a file of an assessment without asking anybody: a DPIA, a pre-scan or an IAMA, as the forms of the Dutch government export
 * them. It can find that such a file is broken, unfinished, unsigned, too old or another one than was meant. That what it says is
 * right, no check can find, and nothing here claims it.
 */
import type { Text } from './app.ts'
import { type Model, type ModelName, models } from './assessment/models.ts'
import { Assessment } from './assessment/shape.ts'

export type AssessmentResult = {
  /** Which model it follows; null where it follows none that is known. */
  readonly model: ModelName | null
  readonly findings: readonly Text[]
}

/** After this an assessment is done again (art. 35(11) GDPR asks for review; three years is the habit of Dutch supervision). */
const yearsValid = 3

const both = (en: string, nl: string): Text => ({ en, nl })

/** Everything that is wrong with the text of an assessment on a day; an empty list says that its form is in order. */
export function checkAssessment(text: string, now: Date): AssessmentResult {
  const result = Assessment.safeParse(parsed(text))
  if (!result.success) {
    const place = result.error.issues[0]?.path.join('/') ?? ''
    return {
      model: null,
      findings: [
        both(
          `it is no export of an assessment: /${place} is not as the form writes it`,
          `het is geen export van een beoordeling: /${place} is niet zoals het formulier het schrijft`,
        ),
      ],
    }
  }
  const assessment = result.data
  const { urn } = assessment.metadata
  const model = modelNames.find(name => models[name].urn === urn)
  if (model === undefined) return { model: null, findings: [unknownModel(urn)] }
  return {
    model,
    findings: [
      ...incomplete(assessment, models[model]),
      ...models[model].missing(assessment),
      ...outdated(models[model].day(assessment), now),
    ],
  }
}

const modelNames = Object.keys(models) as ModelName[] // the keys of the table

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unknownModel(urn: string): Text {
  const known = modelNames.map(name => models[name].urn).join(', ')
  const shown = urn.slice(0, 80)
  if (/-concept\b/.test(urn))
    return both(
      `it follows a draft of a model (${shown}); the models in force are ${known}`,
      `hij volgt een concept van een model (${shown}); van kracht zijn ${known}`,
    )
  return both(
    `it follows ${shown}, which is not known or was replaced; the models in force are ${known}`,
    `hij volgt ${shown}, dat onbekend is of vervangen; van kracht zijn ${known}`,
  )
}

function incomplete({ metadata }: Assessment, { mandatory }: Model): Text[] {
  // The IAMA numbers its parts 1.0, 2.0, …; the others have whole numbers.
  const completed = new Set(metadata.completedTasks.map(id => id.replace(/\.0$/, '')))
  const open = mandatory.filter(id => !completed.has(id)).join(', ')
  return open === '' ? [] : [both(`not completed: group ${open}`, `niet afgerond: groep ${open}`)]
}

function outdated(day: string | undefined, now: Date): Text[] {
  if (day === undefined) return []
  const today = now.toISOString().slice(0, 10)
  if (day > today)
    return [both(`its day is still to come: ${day}`, `zijn datum moet nog komen: ${day}`)]
  const last = `${Number(day.slice(0, 4)) + yearsValid}${day.slice(4)}`
  return last < today
    ? [
        both(
          `it is of ${day}, more than ${yearsValid} years ago`,
          `hij is van ${day}, meer dan ${yearsValid} jaar geleden`,
        ),
      ]
    : []
}
