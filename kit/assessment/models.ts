import type { Text } from '../app.ts'
import { type Assessment, answerTo, dayOf, lastChange, rowsOf } from './shape.ts'

/** What a model of assessment asks for before it counts as finished. */
export type Model = {
  readonly urn: string
  readonly name: Text
  /** Groups of questions that must be marked as completed. */
  readonly mandatory: readonly string[]
  /** What is missing beside completed groups. */
  readonly missing: (assessment: Assessment) => readonly Text[]
  /** The day from which its age counts; undefined where it should have one and does not. */
  readonly day: (assessment: Assessment) => string | undefined
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

function unanswered(assessment: Assessment, asked: Readonly<Record<string, Text>>): Text[] {
  return Object.entries(asked).flatMap(([id, text]) => (answerTo(assessment, id) ? [] : [text]))
}

/** Names of those responsible for the processing, each with the day of signing when it can be read. */
function signatures(assessment: Assessment) {
  return rowsOf(assessment, '20.1')
    .map(row => ({ name: row['20.1.4'] ?? '', day: dayOf(row['20.1.6'] ?? '') }))
    .filter(({ name, day }) => name !== '' || day !== undefined)
}

function unsigned(assessment: Assessment): Text[] {
  const signed = signatures(assessment)
  if (signed.length === 0)
    return [
      {
        en: 'nobody responsible for the processing has signed it (group 20)',
        nl: 'geen verwerkingsverantwoordelijke heeft hem ondertekend (groep 20)',
      },
    ]
  return signed.flatMap(({ name, day }) => [
    ...(name === ''
      ? [
          {
            en: 'a signature has no name (20.1.4)',
            nl: 'een ondertekening heeft geen naam (20.1.4)',
          },
        ]
      : []),
    ...(day === undefined
      ? [
          {
            en: 'a signature has no day that can be read (20.1.6)',
            nl: 'een ondertekening heeft geen leesbare datum (20.1.6)',
          },
        ]
      : []),
  ])
}

function adviceWithoutDay(assessment: Assessment): Text[] {
  return dayOf(answerTo(assessment, '19.5.6'))
    ? []
    : [
        {
          en: 'the advice of the data protection officer has no day that can be read (19.5.6)',
          nl: 'het advies van de functionaris voor gegevensbescherming heeft geen leesbare datum (19.5.6)',
        },
      ]
}

function notFinal(assessment: Assessment): Text[] {
  return answerTo(assessment, '19.2') === 'definitief'
    ? []
    : [
        {
          en: 'its status is not “definitief” (19.2)',
          nl: 'zijn status is niet ‘definitief’ (19.2)',
        },
      ]
}

/** The models whose exports can be checked. What is not here has another shape, was replaced, or is a draft of a model. */
export const models = {
  dpia: {
    urn: 'urn:nl:dpia:3.0',
    name: { en: 'a DPIA', nl: 'een DPIA' },
    // 0 is an introduction and 18 a summary; 19 holds the officer's advice and 20 the signatures.
    mandatory: [...numbers(1, 17), '19', '20'],
    missing: assessment => [
      ...notFinal(assessment),
      ...unanswered(assessment, {
        '19.5.7': {
          en: 'the data protection officer has given no advice (19.5.7)',
          nl: 'de functionaris voor gegevensbescherming heeft geen advies gegeven (19.5.7)',
        },
      }),
      ...adviceWithoutDay(assessment),
      ...unsigned(assessment),
    ],
    day: assessment =>
      signatures(assessment)
        .flatMap(({ day }) => day ?? [])
        .toSorted()
        .at(-1),
  },
  prescan: {
    urn: 'urn:nl:prescan:2.0',
    name: { en: 'a pre-scan', nl: 'een pre-scan' },
    // Who stops early knows that a DPIA is needed; only the whole of it can show that none is.
    mandatory: numbers(0, 7),
    missing: () => [],
    day: lastChange,
  },
  iama: {
    urn: 'urn:nl:iama:2.0',
    name: { en: 'an IAMA', nl: 'een IAMA' },
    mandatory: numbers(1, 5),
    missing: assessment =>
      unanswered(assessment, {
        '5.B': {
          en: 'it gives no advice whether to use the algorithm (5.B)',
          nl: 'hij geeft geen advies over de inzet van het algoritme (5.B)',
        },
        '5.C': {
          en: 'it says nothing of the risks that remain (5.C)',
          nl: 'hij zegt niets over de risico’s die overblijven (5.C)',
        },
      }),
    day: lastChange,
  },
} as const satisfies Readonly<Record<string, Model>>

export type ModelName = keyof typeof models
