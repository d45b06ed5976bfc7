import type { Violation } from '#api/problem.ts'
import { pointer } from '#kit/lint/read.ts'
import { Passport } from '#kit/passport.ts'
import { violationsOf } from '#platform/violations-of.ts'
import { boundViolations, passportBounds } from './bounds.ts'

/** What only this catalogue can say; its page tells it in the catalogue's own voice. */
const ofTheCatalogue = new Set(['judged', 'ran'])

/** The passport that comes with an app from outside, as its maker's own word, and all that is wrong with it. */
export function ownWord(input: unknown): {
  readonly passport: Passport | undefined
  readonly violations: readonly Violation[]
} {
  const large = boundViolations(input, '/passport', passportBounds)
  if (large.length > 0) return { passport: undefined, violations: large }
  const { data, error } = Passport.safeParse(input)
  if (!data) return { passport: undefined, violations: violationsOf(error.issues, '/passport') }
  return { passport: data, violations: borrowedWords(data) }
}

function borrowedWords({ criteria, tested }: Passport): Violation[] {
  const judged = criteria.flatMap(({ assurance }, index) =>
    ofTheCatalogue.has(assurance)
      ? [
          {
            pointer: pointer('passport', 'criteria', index, 'assurance'),
            detail: {
              en: `"${assurance}" is for this catalogue to say; of an app from outside say self-declared, source-read or evidenced`,
              nl: `"${assurance}" is aan deze catalogus; zeg van een app van buiten self-declared, source-read of evidenced`,
            },
          },
        ]
      : [],
  )
  if (tested === undefined) return judged
  return [
    ...judged,
    {
      pointer: '/passport/tested',
      detail: {
        en: 'what was tried for this catalogue is not for an app from outside to say; leave it out',
        nl: 'wat voor deze catalogus is geprobeerd, is niet aan een app van buiten; laat het weg',
      },
    },
  ]
}
